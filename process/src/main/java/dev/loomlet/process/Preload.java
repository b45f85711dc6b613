package dev.loomlet.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a spare loads before anybody has given it a task: the classes that its options name, and the
 * places of lambdas that others of its kind were given.
 *
 * <p>A place is no more than that: of what the lambda had captured only the kinds are kept, and the
 * lambda is made, not run. To make one is to initialise the class that has it. So that is done only
 * if no static initialiser is run by it, or if the options name the class. Of other classes the
 * methods are looked at, which loads and verifies them.
 *
 * <p>Parent and child have a half each. The parent's is for one thread.
 */
final class Preload {
  private static final int MOST_PLACES = 16;

  private ProgramCode code = ProgramCode.NONE;
  private final Set<String> allowed = new LinkedHashSet<>();

  /**
   * What {@link CompactCodec#blank} gives, a character for each byte, and whether making one runs
   * nothing of a program.
   */
  private final Map<String, Boolean> places = new LinkedHashMap<>();

  /**
   * What a process was given.
   *
   * @param action its class
   * @param allowed what may be in its messages
   * @param message the action itself
   */
  @SuppressWarnings("ArrayRecordComponent") // on its way from one method to another
  record Given(Class<?> action, List<String> allowed, byte[] message) {}

  /** Remembers the place of an action, if it is a lambda. */
  void learn(Given given) {
    byte[] blank = CompactCodec.blank(given.message);
    if (blank == null) {
      return;
    }
    ProgramCode now = ProgramCode.of(given.action);
    if (!now.isSame(code)) {
      code = now;
      places.clear();
      allowed.clear();
    }
    allowed.addAll(given.allowed);
    String place = new String(blank, StandardCharsets.ISO_8859_1);
    if (!places.containsKey(place)) {
      if (places.size() == MOST_PLACES) {
        places.remove(places.keySet().iterator().next());
      }
      String capturing = CompactCodec.capturing(blank);
      places.put(place, !Initializers.mayRun(capturing, given.action.getClassLoader()));
    }
  }

  /**
   * The messages by which a spare is told; it answers the last one. None if there is nothing to
   * tell.
   */
  List<byte[]> messages(ProcessOptions options) {
    List<Class<?>> named = options.preload();
    if (named.isEmpty() && places.isEmpty()) {
      return List.of();
    }
    ProgramCode wanted = named.isEmpty() ? code : ProgramCode.of(named.getFirst());
    Set<String> known = wanted.isSame(code) ? places.keySet() : Set.of();
    Hello hello = JavaProcess.hello(StartTraining.SPARE, options, List.copyOf(allowed), wanted);
    return List.of(
        Frame.encode(Frame.HELLO, 0, hello.toBytes()),
        Frame.encode(Frame.PRELOAD, 0, contentOf(named, known)));
  }

  private byte[] contentOf(List<Class<?>> named, Set<String> known) {
    Set<String> names = new LinkedHashSet<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(named.size());
      for (Class<?> each : named) {
        names.add(each.getName());
        out.writeUTF(each.getName());
      }
      out.writeInt(known.size());
      for (String each : known) {
        byte[] place = each.getBytes(StandardCharsets.ISO_8859_1);
        boolean runsNothing = places.getOrDefault(each, false);
        out.writeBoolean(runsNothing || names.contains(CompactCodec.capturing(place)));
        out.writeInt(place.length);
        out.write(place);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The child's half: loads what it is told to.
   *
   * @throws ClassNotFoundException if a class that was named is not there
   * @throws LinkageError if it cannot be linked or initialised
   */
  static void load(byte[] content, @Nullable ClassLoader loader, CompactCodec codec)
      throws IOException, ClassNotFoundException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
      List<String> names = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        names.add(in.readUTF());
      }
      for (String each : names) {
        Class.forName(each, true, loader);
      }
      for (int i = in.readInt(); i > 0; i--) {
        boolean links = in.readBoolean();
        try {
          codec.prepare(in.readNBytes(in.readInt()), links);
        } catch (IOException | LinkageError e) {
          // Who is given the task will say it.
        }
      }
    }
  }
}
