package dev.loomlet.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loomlet completion}. */
@Command(
    name = "completion",
    header = "Prints a script that completes the words of this command.",
    description = {
      "For bash, put into ~/.bashrc:  source <(loomlet completion bash)",
      "For zsh, put into ~/.zshrc behind compinit:  source <(loomlet completion zsh)"
    })
final class CompletionCommand implements Callable<Integer> {
  /** The shells there is a script for. */
  enum Shell {
    bash,
    zsh
  }

  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Parameters(
      arity = "0..1",
      defaultValue = "bash",
      paramLabel = "SHELL",
      description = "${COMPLETION-CANDIDATES}; bash if not given")
  Shell shell = Shell.bash;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    StringBuilder script = new StringBuilder();
    if (shell == Shell.zsh) {
      // The script is bash's; zsh has a translator for such.
      script.append("autoload -U +X bashcompinit && bashcompinit\n");
    }
    script.append(AutoComplete.bash(root.getCommandName(), root));
    spec.commandLine().getOut().print(script);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
