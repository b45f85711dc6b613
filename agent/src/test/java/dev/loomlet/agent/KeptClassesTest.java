package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of classes that patching made. */
class KeptClassesTest {
  private static final String MAKER = "this JDK and this jar";
  private static final byte[] ORIGINAL = {1, 2, 3};
  private static final byte[] WOVEN = {4, 5};

  @TempDir private Path folder;

  private final List<String> made = new ArrayList<>();
  private File file;

  @BeforeEach
  void keepOne() {
    file = folder.resolve("kept").toFile();
    KeptClasses first = KeptClasses.open(file, MAKER);
    first.note("a fact");
    assertThat(ask(first, ORIGINAL)).isEqualTo(WOVEN);
    assertThat(made).hasSize(1);
    first.save();
    made.clear();
  }

  private byte[] ask(KeptClasses kept, byte[] original) {
    return kept.of(
        "a class",
        original,
        () -> {
          made.add("made");
          return WOVEN;
        });
  }

  private boolean isKept() {
    KeptClasses next = KeptClasses.open(file, MAKER);
    assertThat(ask(next, ORIGINAL)).isEqualTo(WOVEN);
    return made.isEmpty() && next.has("a fact");
  }

  @Test
  void whatWasMadeIsTakenNextTime() {
    assertThat(isKept()).isTrue();
  }

  @Test
  void nothingIsTakenIfTheMakerIsAnother() {
    KeptClasses other = KeptClasses.open(file, "another JDK");
    assertThat(other.has("a fact")).isFalse();
    assertThat(ask(other, ORIGINAL)).isEqualTo(WOVEN);
    assertThat(made).hasSize(1);
  }

  @Test
  void aClassIsMadeEachTimeIfTheOriginalIsAnotherAndTheFileStaysAsItIs() throws IOException {
    // given
    byte[] whole = Files.readAllBytes(file.toPath());
    byte[] changed = {1, 2, 4};
    KeptClasses next = KeptClasses.open(file, MAKER);
    // when
    ask(next, changed);
    ask(next, changed);
    next.save();
    // then
    assertThat(made).hasSize(2);
    assertThat(Files.readAllBytes(file.toPath())).isEqualTo(whole);
    made.clear();
    assertThat(isKept()).isTrue();
  }

  @Test
  void nothingIsTakenFromAFileThatIsDamagedAnywhereAndItIsMendedThen() throws IOException {
    byte[] whole = Files.readAllBytes(file.toPath());
    for (int i = 0; i < whole.length; i++) {
      // given
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x10;
      Files.write(file.toPath(), damaged);
      made.clear();
      // when
      KeptClasses next = KeptClasses.open(file, MAKER);
      // then
      assertThat(next.has("a fact")).as("byte %d", i).isFalse();
      assertThat(ask(next, ORIGINAL)).isEqualTo(WOVEN);
      assertThat(made).as("byte %d", i).hasSize(1);
    }
    for (int length = 0; length < whole.length; length++) {
      Files.write(file.toPath(), Arrays.copyOf(whole, length));
      assertThat(KeptClasses.open(file, MAKER).has("a fact")).as("%d bytes", length).isFalse();
    }
    KeptClasses mending = KeptClasses.open(file, MAKER);
    mending.note("a fact");
    ask(mending, ORIGINAL);
    mending.save();
    made.clear();
    assertThat(isKept()).isTrue();
  }

  @Test
  void aFileThatCannotBeWrittenDoesNoHarm() {
    // given
    KeptClasses kept = KeptClasses.open(new File(file, "below a file"), MAKER);
    // when
    byte[] result = ask(kept, ORIGINAL);
    kept.save();
    // then
    assertThat(result).isEqualTo(WOVEN);
    assertThat(folder.toFile().list()).containsExactly("kept");
  }
}
