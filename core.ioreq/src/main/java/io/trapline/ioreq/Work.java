package io.trapline.ioreq;

/** Something to be done under the baton of an ioreq client; a node of that client's queue. */
abstract class Work {
    /** The next of the queue that this is in. */
    Work next;

    /**
     * Does it. Never throws.
     *
     * @param client whose baton is held by this thread
     */
    abstract void run(IoreqClient client);
}
