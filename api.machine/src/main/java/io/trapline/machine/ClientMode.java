package io.trapline.machine;

/** Whose thread answers the requests of an ioreq client. */
public enum ClientMode {
    /** The thread that brought the request: no hand-over. */
    INLINE,
    /** A thread of the client's own: a slow device delays nobody else. */
    DEDICATED
}
