package dev.loomlet.net;

import dev.loomlet.engine.ReceivedDescriptors;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes that came together with descriptors. Closing it closes those of which nobody has made a
 * stream, a listener or a file.
 *
 * @param data what came
 * @param descriptors in the order in which they were sent; none if none were
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier for pattern matching, not a value to compare
public record DescriptorMessage(byte[] data, List<PassedDescriptor> descriptors)
    implements AutoCloseable {

  static DescriptorMessage of(ReceivedDescriptors received) {
    return new DescriptorMessage(
        received.data(),
        Arrays.stream(received.descriptors()).mapToObj(PassedDescriptor::new).toList());
  }

  @Override
  public void close() {
    descriptors.forEach(PassedDescriptor::close);
  }

  @Override
  public String toString() {
    return "DescriptorMessage[" + data.length + " bytes, " + descriptors + "]";
  }
}
