package io.trapline.ioreq;

import io.trapline.device.Deferred;

/** The token of a request that its device answers later. */
final class DeferredAnswer implements Deferred {
    private final Request request;
    private final long token;
    private final IoreqClient client;

    DeferredAnswer(Request request, IoreqClient client) {
        this.request = request;
        this.token = request.token();
        this.client = client;
    }

    @Override
    public boolean complete(long value) {
        return request.answer(token, value, client);
    }
}
