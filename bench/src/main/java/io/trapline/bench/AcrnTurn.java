package io.trapline.bench;

/**
 * What a turn in the rig came to.
 *
 * @param p50 nanoseconds of an access, as its vCPU saw it: half were faster
 * @param each nanoseconds between two accesses' ends, of all vCPUs: the inverse of the rate
 */
record AcrnTurn(double p50, double each) {}
