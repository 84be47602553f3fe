package io.trapline.ioreq;

import io.trapline.device.Deferred;

/** The token of a request that its device answers later. */
final class DeferredAnswer implements Deferred {
    private final Request request;
    private final long token;
    private final DeviceBoard board;
    private final IoreqClient client;

    DeferredAnswer(Request request, DeviceBoard board, IoreqClient client) {
        this.request = request;
        this.board = board;
        this.token = request.token();
        this.client = client;
    }

    /** Whose answer it is. */
    DeviceBoard board() {
        return board;
    }

    /** The request's token; it had been answered before if that is even. */
    long token() {
        return token;
    }

    @Override
    public boolean complete(long value) {
        return request.answerLate(token, value, client);
    }
}
