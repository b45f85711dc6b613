package dev.loomlet.engine;

/**
 * Bytes that were received together with descriptors.
 *
 * @param data what came
 * @param descriptors whoever gets this closes them
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between two methods, never compared
public record ReceivedDescriptors(byte[] data, int[] descriptors) {}
