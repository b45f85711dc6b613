package dev.loomlet.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.cli.doctor.Check.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SystemChecksTest {
  @TempDir Path root;

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Check check(String name) {
    return new SystemChecks(root)
        .all().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void tightLimitsAreWarnedOfWithWhatToChange() throws IOException {
    file(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max open files            1024                 unlimited            files
        """);
    file("proc/sys/net/core/somaxconn", "128\n");
    file("proc/sys/net/ipv4/ip_local_port_range", "60000\t60999\n");
    file("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");

    assertThat(check("open files"))
        .returns(Status.WARNING, Check::status)
        .returns("1024 (soft), no known limit (hard)", Check::found);
    assertThat(check("net.core.somaxconn")).returns(Status.WARNING, Check::status);
    assertThat(check("client ports"))
        .returns(Status.WARNING, Check::status)
        .returns("60000 to 60999 (1000)", Check::found);
    assertThat(check("huge pages"))
        .returns(Status.WARNING, Check::status)
        .returns("never", Check::found);
    assertThat(new SystemChecks(root).all())
        .filteredOn(each -> each.status() == Status.WARNING)
        .allSatisfy(each -> assertThat(each.advice()).isNotNull());
  }

  @Test
  void whatTheSystemDoesNotTellIsLeftOut() {
    assertThat(new SystemChecks(root).all())
        .extracting(Check::name)
        .containsExactly("kernel", "processors", "open files");
  }

  @Test
  void filesOfAnotherFormAreLeftOut() throws IOException {
    file("proc/sys/net/core/somaxconn", "many");
    file("proc/sys/net/ipv4/ip_local_port_range", "1");
    file("sys/kernel/mm/transparent_hugepage/enabled", "unknown");

    whatTheSystemDoesNotTellIsLeftOut();
  }

  /** Files of the kernel must be read at once: in pieces they end after the first. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void realFilesOfTheKernelAreReadWhole() {
    assertThat(new SystemChecks(Path.of("/")).all())
        .filteredOn(each -> each.name().equals("client ports"))
        .hasSize(1)
        .allSatisfy(each -> assertThat(each.found()).matches("\\d{4,5} to \\d{4,5} \\(\\d+\\)"));
  }
}
