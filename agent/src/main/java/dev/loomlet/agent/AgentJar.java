package dev.loomlet.agent;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The jar to load into a running JVM. */
final class AgentJar {
  private static final List<String> ENTRANCES =
      List.of("Premain-Class", "Agent-Class", "Launcher-Agent-Class");

  private AgentJar() {}

  /**
   * The one that this class comes from; else, for classes in a folder or packed into another jar,
   * an empty one with a manifest.
   */
  static Path locate() throws IOException {
    CodeSource source = AgentJar.class.getProtectionDomain().getCodeSource();
    if (source != null && source.getLocation() != null) {
      try {
        Path path = Path.of(source.getLocation().toURI());
        if (Files.isRegularFile(path) && isAgent(path)) {
          return path;
        }
      } catch (URISyntaxException | RuntimeException e) {
        // Not a file of this machine.
      }
    }
    Path jar = Files.createTempFile("loomlet-agent", ".jar");
    jar.toFile().deleteOnExit();
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest())) {
      out.finish();
    }
    return jar;
  }

  private static boolean isAgent(Path path) throws IOException {
    try (JarFile jar = new JarFile(path.toFile())) {
      Manifest manifest = jar.getManifest();
      return manifest != null
          && Agent.class
              .getName()
              .equals(manifest.getMainAttributes().getValue(ENTRANCES.getLast()));
    }
  }

  /** What the build writes into the real one. */
  static Manifest manifest() {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    for (String entrance : ENTRANCES) {
      attributes.putValue(entrance, Agent.class.getName());
    }
    attributes.putValue("Can-Retransform-Classes", "true");
    attributes.putValue("Can-Redefine-Classes", "true");
    return manifest;
  }
}
