package dev.loomlet.agent;

import static dev.loomlet.agent.Topic.FILES;
import static dev.loomlet.agent.Topic.PROCESS;
import static dev.loomlet.agent.Topic.STDIN;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reading and writing of streams: over pipes, terminals and files. */
final class StreamPoints {
  private static final String INPUT = "java.io.FileInputStream";
  private static final String OUTPUT = "java.io.FileOutputStream";
  private static final String RANDOM = "java.io.RandomAccessFile";
  private static final String CHANNEL = "sun.nio.ch.UnixFileDispatcherImpl";
  private static final ClassDesc DESCRIPTOR = ClassDesc.of("java.io.FileDescriptor");

  private static final Set<Topic> READERS = EnumSet.of(STDIN, PROCESS, FILES);
  private static final Set<Topic> WRITERS = EnumSet.of(PROCESS, FILES);
  private static final Set<Topic> OF_FILES = EnumSet.of(FILES);

  private static final String READ =
      "waits until there is something to read; reads a file's cached bytes at once, others"
          + " elsewhere";
  private static final String WRITE =
      "waits until there is room to write; writes files into the cache, or elsewhere";
  private static final String READ_FILE = "reads cached bytes at once, others elsewhere";
  private static final String WRITE_FILE = "writes into the cache, or elsewhere";

  static final List<PatchPoint> ALL =
      List.of(
          new PatchPoint(
              READERS,
              INPUT,
              "read",
              "()I",
              READ,
              code -> valueOrOn(code, INPUT, HookMethod.READ_ONE, () -> {})),
          new PatchPoint(
              READERS,
              INPUT,
              "read",
              "([B)I",
              READ,
              code -> valueOrOn(code, INPUT, HookMethod.READ, () -> wholeArray(code))),
          new PatchPoint(
              READERS,
              INPUT,
              "read",
              "([BII)I",
              READ,
              code -> valueOrOn(code, INPUT, HookMethod.READ, () -> partOfArray(code))),
          new PatchPoint(
              WRITERS,
              OUTPUT,
              "write",
              "(I)V",
              WRITE,
              code -> doneOrOn(code, OUTPUT, HookMethod.WRITE_ONE, () -> code.iload(1))),
          new PatchPoint(
              WRITERS,
              OUTPUT,
              "write",
              "([B)V",
              WRITE,
              code -> doneOrOn(code, OUTPUT, HookMethod.WRITE, () -> wholeArray(code))),
          new PatchPoint(
              WRITERS,
              OUTPUT,
              "write",
              "([BII)V",
              WRITE,
              code -> doneOrOn(code, OUTPUT, HookMethod.WRITE, () -> partOfArray(code))),
          new PatchPoint(
              OF_FILES,
              RANDOM,
              "read",
              "()I",
              READ_FILE,
              code -> valueOrOn(code, RANDOM, HookMethod.READ_FILE_ONE, () -> {})),
          new PatchPoint(
              OF_FILES,
              RANDOM,
              "readBytes",
              "([BII)I",
              READ_FILE,
              code -> valueOrOn(code, RANDOM, HookMethod.READ_FILE, () -> partOfArray(code))),
          new PatchPoint(
              OF_FILES,
              RANDOM,
              "implWrite",
              "(I)V",
              WRITE_FILE,
              code -> doneOrOn(code, RANDOM, HookMethod.WRITE_FILE_ONE, () -> code.iload(1))),
          new PatchPoint(
              OF_FILES,
              RANDOM,
              "implWriteBytes",
              "([BII)V",
              WRITE_FILE,
              code -> doneOrOn(code, RANDOM, HookMethod.WRITE_FILE, () -> partOfArray(code))),
          moving("read", false, HookMethod.READ_CHANNEL, READ_FILE),
          moving("pread", true, HookMethod.READ_CHANNEL, READ_FILE),
          moving("write", false, HookMethod.WRITE_CHANNEL, WRITE_FILE),
          moving("pwrite", true, HookMethod.WRITE_CHANNEL, WRITE_FILE));

  private StreamPoints() {}

  /** What a file channel moves bytes with. */
  private static PatchPoint moving(
      String method, boolean positioned, HookMethod hook, String reason) {
    return new PatchPoint(
        OF_FILES,
        CHANNEL,
        method,
        positioned ? "(Ljava/io/FileDescriptor;JIJ)I" : "(Ljava/io/FileDescriptor;JI)I",
        reason,
        code -> {
          Label goOn = code.newLabel();
          ElsewherePoint.unlessVirtual(code, goOn);
          code.aload(0).aload(1).lload(2).iload(4);
          if (positioned) {
            code.lload(5);
          } else {
            code.loadConstant(-1L);
          }
          returnValue(code, hook, goOn);
        });
  }

  private static void wholeArray(CodeBuilder code) {
    code.aload(1).iconst_0().aload(1).arraylength();
  }

  private static void partOfArray(CodeBuilder code) {
    code.aload(1).iload(2).iload(3);
  }

  /** Returns what a hook returns, unless that is to go on. */
  private static void valueOrOn(
      CodeBuilder code, String owner, HookMethod hook, Runnable arguments) {
    Label goOn = code.newLabel();
    ElsewherePoint.unlessVirtual(code, goOn);
    code.aload(0).aload(0).getfield(ClassDesc.of(owner), "fd", DESCRIPTOR);
    arguments.run();
    returnValue(code, hook, goOn);
  }

  private static void returnValue(CodeBuilder code, HookMethod hook, Label goOn) {
    Label nothingDone = code.newLabel();
    hook.call(code);
    code.dup()
        .loadConstant(FileStreams.GO_ON)
        .if_icmpeq(nothingDone)
        .ireturn()
        .labelBinding(nothingDone)
        .pop()
        .labelBinding(goOn);
  }

  /** Returns if a hook has done it. */
  private static void doneOrOn(
      CodeBuilder code, String owner, HookMethod hook, Runnable arguments) {
    Label goOn = code.newLabel();
    ElsewherePoint.unlessVirtual(code, goOn);
    code.aload(0).aload(0).getfield(ClassDesc.of(owner), "fd", DESCRIPTOR);
    arguments.run();
    PatchPoints.returnIf(code, hook);
    code.labelBinding(goOn);
  }
}
