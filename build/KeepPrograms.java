import dev.loomlet.agent.program.ProgramFault;
import dev.loomlet.cli.source.SourceFile;
import dev.loomlet.cli.source.SourceProgram;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;

/// Compiles programs as `loomlet run` does, all in one JVM, and keeps them where it looks first: a
/// compiler that is warm takes a tenth of the time. To be run with the launcher's class path, in
/// the folder that the command will be run in.
///
/// Of a program with an error nothing is kept, so that the command finds it again, and says so.
void main(String[] files) {
  for (String each : files) {
    try {
      SourceProgram.make(
          SourceFile.read(each), List.of(), true, new PrintWriter(Writer.nullWriter()));
    } catch (ProgramFault e) {
      // See above.
    }
  }
}
