package dev.loomlet.file;

import dev.loomlet.Action;
import java.util.concurrent.CompletableFuture;

/** Runs test code on a thread that has no loop yet, and ends with the code. */
final class PlainThread {
  private PlainThread() {}

  static void run(Action code) throws Exception {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                code.run();
                end.complete(null);
              } catch (Throwable e) {
                end.completeExceptionally(e);
              }
            });
    end.get();
  }
}
