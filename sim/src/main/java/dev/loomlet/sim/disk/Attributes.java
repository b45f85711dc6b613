package dev.loomlet.sim.disk;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** What is known of a file. */
record Attributes(boolean isDirectory, long size, long modifiedMillis, long createdMillis)
    implements BasicFileAttributes {
  static Attributes of(Node node) {
    return new Attributes(
        node.directory, node.content.size(), node.modifiedMillis, node.createdMillis);
  }

  @Override
  public FileTime lastModifiedTime() {
    return FileTime.fromMillis(modifiedMillis);
  }

  @Override
  public FileTime lastAccessTime() {
    return FileTime.fromMillis(modifiedMillis);
  }

  @Override
  public FileTime creationTime() {
    return FileTime.fromMillis(createdMillis);
  }

  @Override
  public boolean isRegularFile() {
    return !isDirectory;
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  @Override
  public @Nullable Object fileKey() {
    return null;
  }
}
