package dev.loomlet.dns;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loop;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What lookups on a loop go by: the machine's files, looked at again when that was a second ago, or
 * what a program has given. Confined to the loop; the helper thread reads.
 */
final class Settings {
  /** How long it may take until a changed file is noticed. */
  private static final long FILES_NANOS = 1_000_000_000;

  /** Waiting for it is a checkpoint and nothing else. */
  private static final AsyncResult<Boolean> CHECKPOINT = new AsyncResult<>("a checkpoint");

  static {
    CHECKPOINT.set(true);
  }

  /**
   * What holds at a time.
   *
   * @param content the same object as long as nothing changes
   * @param random for the numbers of questions
   */
  record Current(SystemFiles.Content content, RandomGenerator random) {}

  private final Loop loop;
  private final Source source;
  private @Nullable Current current;
  private long since;

  /** The helper's work under way, for all who need it. */
  private @Nullable AsyncResult<Current> reading;

  /**
   * Where they come from.
   *
   * @param files the machine's; null if there is a configuration
   * @param fixed the configuration; null if there are files
   * @param random null for one that cannot be predicted
   */
  record Source(
      @Nullable SystemFiles files, @Nullable DnsConfig fixed, @Nullable RandomGenerator random) {

    /** Blocks. */
    Current read(@Nullable Current before) {
      SystemFiles.Content content =
          files != null
              ? files.read()
              : new SystemFiles.Content(
                  LookupOrder.DNS, HostsFile.EMPTY, Objects.requireNonNull(fixed));
      if (before != null) {
        return before.content == content ? before : new Current(content, before.random);
      }
      return new Current(content, random != null ? random : Helper.prepare());
    }
  }

  Settings(Loop loop, Source source) {
    this.loop = loop;
    this.source = source;
  }

  /**
   * What holds now. A checkpoint; waits if the helper has to look first.
   *
   * @return the same object as long as nothing changes
   */
  Current now() {
    CHECKPOINT.join();
    Current known = current;
    if (known != null && (source.files == null || loop.clock().nanoTime() - since < FILES_NANOS)) {
      return known;
    }
    if (source.files == null && source.random != null) {
      // Nothing of this blocks, and a simulation has no helper threads.
      Current given = source.read(null);
      current = given;
      return given;
    }
    AsyncResult<Current> work = reading;
    if (work == null) {
      work = Helper.THREAD.applyAsync(() -> source.read(known));
      reading = work;
    }
    work.join();
    Current fresh = work.value();
    if (reading == work) {
      reading = null;
      since = loop.clock().nanoTime();
      current = fresh;
    }
    if (fresh == null) {
      throw new IllegalStateException("names cannot be resolved here", work.exception());
    }
    return fresh;
  }
}
