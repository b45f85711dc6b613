/// A dish that one greenlet puts into a queue, another takes out and prints.
///
/// Neither knows of the other: the queue is all they share. The one that takes comes first here,
/// and waits.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.queue.FifoQueue;

void main() {
  var counter = new FifoQueue<String>();
  var guest = spawn("guest", () -> IO.println("guest got " + counter.take()));
  var cook =
      spawn(
          "cook",
          () -> {
            IO.println("cook puts kung pao chicken");
            counter.put("kung pao chicken");
          });
  joinAll(cook, guest);
}
