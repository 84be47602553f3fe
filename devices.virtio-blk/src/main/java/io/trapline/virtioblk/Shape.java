package io.trapline.virtioblk;

/**
 * What a request is checked against.
 *
 * @param sectors of 512 bytes that the disk has
 * @param mostSectors of one segment of a discard and the like
 * @param readOnly whether it is for reading only
 * @param serial 20 bytes, padded with zeroes
 */
record Shape(long sectors, long mostSectors, boolean readOnly, byte[] serial) {}
