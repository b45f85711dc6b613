package dev.loomlet.cli.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.loomlet.agent.program.ProgramFault;
import dev.loomlet.cli.exit.CommandFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import javax.lang.model.SourceVersion;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;

/** A program's source, which may begin with a {@code #!} line. */
public final class SourceFile extends SimpleJavaFileObject {
  /** How the name of a source file ends. */
  public static final String SUFFIX = ".java";

  private final Path path;
  private final String text;

  private SourceFile(Path path, String text) {
    super(path.toUri(), Kind.SOURCE);
    this.path = path;
    this.text = text;
  }

  /**
   * Reads a file.
   *
   * @throws CommandFailure if that is not possible
   */
  public static SourceFile read(String name) {
    Path path;
    try {
      path = Path.of(name);
    } catch (InvalidPathException e) {
      throw CommandFailure.usage("'" + name + "' is not a possible file name");
    }
    if (Files.isDirectory(path)) {
      throw CommandFailure.usage(name + " is a directory; name a file that ends in .java");
    }
    if (!name.endsWith(SUFFIX)) {
      throw CommandFailure.usage(name + " is not a Java source: its name must end in .java");
    }
    if (!Files.exists(path)) {
      throw CommandFailure.usage("there is no file " + name);
    }
    try {
      return new SourceFile(path, withoutHashBang(new String(Files.readAllBytes(path), UTF_8)));
    } catch (IOException e) {
      String why = e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
      throw CommandFailure.usage("cannot read " + name + ": " + why);
    }
  }

  /** Makes a comment of the line, so that all positions stay. */
  private static String withoutHashBang(String text) {
    return text.startsWith("#!") ? "//" + text.substring(2) : text;
  }

  /** What is compiled. */
  String text() {
    return text;
  }

  /** Where it was found, as the user wrote it. */
  Path path() {
    return path;
  }

  /** The class that the file should hold, without its package. */
  String simpleClassName() {
    String name = String.valueOf(path.getFileName());
    return name.substring(0, name.length() - SUFFIX.length());
  }

  /**
   * The folder in which packages begin.
   *
   * @param packageName empty for none
   * @throws ProgramFault if the file does not lie in a folder of that name
   */
  Path sourceRoot(String packageName) throws ProgramFault {
    Path folder = path.toAbsolutePath().normalize().getParent();
    String[] names = packageName.isEmpty() ? new String[0] : packageName.split("\\.", -1);
    for (int i = names.length - 1; i >= 0; i--) {
      if (folder == null || !folder.endsWith(names[i])) {
        throw new ProgramFault(
            "end of path to source file does not match its package name "
                + packageName
                + ": "
                + path);
      }
      folder = folder.getParent();
    }
    return folder == null ? path.toAbsolutePath().getRoot() : folder;
  }

  /** What javac puts before a line number. */
  @Override
  public String getName() {
    return path.toString();
  }

  @Override
  public CharSequence getCharContent(boolean ignoreEncodingErrors) {
    return text;
  }

  /** A public class of another name is allowed here, as in the JDK's launcher. */
  @Override
  public boolean isNameCompatible(String simpleName, JavaFileObject.Kind kind) {
    return kind == Kind.SOURCE && SourceVersion.isIdentifier(simpleName);
  }

  @Override
  public String toString() {
    return "SourceFile[" + path + "]";
  }
}
