package dev.loomlet.cli;

import picocli.CommandLine.Option;

/** The option {@code --help} of a subcommand. */
final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "shows this page")
  boolean asked;
}
