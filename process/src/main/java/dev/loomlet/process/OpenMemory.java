package dev.loomlet.process;

import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The shared memory that this process has: one object for each block, however often it is sent, so
 * that what the process has besides the words is one, too; and the names that are to be removed
 * when it ends.
 */
final class OpenMemory {
  private static final Map<String, WeakReference<SharedMemory>> OPEN = new ConcurrentHashMap<>();
  private static final Set<String> CREATED = ConcurrentHashMap.newKeySet();
  private static final int FIRST_SWEEP = 64;

  /** How many there may be before those that nobody uses any more are looked for. */
  private static volatile int most = FIRST_SWEEP;

  private OpenMemory() {}

  /** That with a name, if this process has it. */
  static @Nullable SharedMemory find(String name) {
    WeakReference<SharedMemory> known = OPEN.get(name);
    return known == null ? null : known.get();
  }

  /** Remembers some, as long as somebody uses it; returns what was known by that name already. */
  static SharedMemory add(SharedMemory memory) {
    sweep();
    SharedMemory[] all = {memory};
    OPEN.compute(
        memory.name(),
        (_, known) -> {
          SharedMemory before = known == null ? null : known.get();
          all[0] = before == null ? memory : before;
          return before == null ? new WeakReference<>(memory) : known;
        });
    return all[0];
  }

  private static void sweep() {
    if (OPEN.size() > most) {
      OPEN.values().removeIf(each -> each.refersTo(null));
      most = Math.max(FIRST_SWEEP, 2 * OPEN.size());
    }
  }

  /** Remembers a name that this process has created, until it is removed. */
  static void created(String name) {
    JavaProcess.registerAtExit();
    CREATED.add(name);
  }

  /** The file is about to be removed. */
  static void removed(String name) {
    CREATED.remove(name);
  }

  /** At the end of this JVM, when those who may still open it have ended. */
  static void removeFiles() {
    for (Iterator<String> names = CREATED.iterator(); names.hasNext(); ) {
      SharedMemory.removeFile(names.next());
      names.remove();
    }
  }

  /** How many names are remembered, for tests. */
  static int createdCount() {
    return CREATED.size();
  }
}
