package dev.loomlet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Programs for tests. */
final class Sources {
  private Sources() {}

  /** Writes NAME.java; returns its path. */
  static String write(Path folder, String name, String source) throws IOException {
    Path file = folder.resolve(name + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    return file.toString();
  }

  /** Compiles files with the JDK's own compiler. */
  static Path compile(Path output, String... files) {
    List<String> arguments = new ArrayList<>(List.of("-d", output.toString()));
    Stream.of(files).forEach(arguments::add);
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new AssertionError("does not compile: " + arguments);
    }
    return output;
  }
}
