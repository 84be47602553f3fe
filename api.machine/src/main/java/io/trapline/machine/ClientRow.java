package io.trapline.machine;

/**
 * An ioreq client.
 *
 * @param name {@code default} is the one that answers what nobody claimed
 * @param mode whose thread answers
 * @param devices names of the devices it answers for, separated by commas
 * @param ranges number of its claims
 * @param requests how many requests it has answered
 * @param waiting how many are waiting for it now
 */
public record ClientRow(
        String name, ClientMode mode, String devices, int ranges, long requests, int waiting) {}
