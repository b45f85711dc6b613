package dev.loomlet.sim;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.MethodSource;

/** Tests of the core that a simulation is not made for, by the reason why. */
final class LeftOut {
  /** Classes, or methods as {@code Class#method}. */
  private static final Map<String, List<String>> BY_REASON =
      Map.of(
          "other threads, processes or loops have a part in it",
          List.of(
              "AwaitableTest#canBeCancelledAndSetByOtherThreads",
              "AwaitableTest#waitsForAStageOfOtherCode",
              "CallbackOnLoopTest",
              "CancelScopeTest#canBeCancelledFromAnotherThread",
              "ChildProcessTest",
              "DatagramBatchTest#sendsWithoutWaitingOnItsLoopOnly",
              "FlowsTest#demandMayComeFromOtherThreads",
              "FlowsTest#readsAllItemsOfAPublisherOfOtherThreads",
              "JdkBlockingTest#completableFutureCompletedByAnotherThread",
              "KillTest#comesFromAnotherThreadToo",
              "KillTest#knowsWhoSpawnedIt",
              "LocalsTest#anInheritableOneIsCopiedWhenAGreenletIsMade",
              "LoopTest#losesNoWakeUpBetweenThreads",
              "ManyConnectionsTest",
              "MountTest",
              "ResultCancellationTest",
              "SignalsTest",
              "SocketsOfOthersTest",
              "TaskGroupTest#refusesChildrenFromOtherThreads",
              "ThreadPoolTest",
              "TlsPeersTest",
              "UdpSocketTest#worksFromOtherLoopsAndThreads",
              "VectoredWriteTest#worksFromOtherThreadsAndRefusesDeadMemory",
              "WrongThreadTest"),
          "it needs the machine's files, descriptors, pipes or names",
          List.of(
              "ClosedMeanwhileTest",
              "DescriptorPassingTest",
              "DescriptorsTest",
              "EventSelectorTest",
              "FileOperationsTest",
              "LoopFilesTest",
              "MemoryOfCallersTest#nothingIsReadFromAPipeIntoReadOnlyMemory",
              "OpenFileTest",
              "PipeTest",
              "SendFileTest",
              "SharedDescriptionsTest",
              "StreamServerTest#aClientLostForWantOfDescriptorsIsToldOnceAndCounted",
              "SystemResolverTest",
              "UnixDatagramSocketTest",
              "UnixStreamTest"),
          "an error that nobody waits for is the end of a simulation",
          List.of(
              "AwaitableTest#letsCallbacksWaitAndFail",
              "BarrierTest#aPartyThatIsCancelledBreaksItForTheOthers",
              "BarrierTest#abortDuringTheActionBreaksItForTheLastAsWell",
              "CancelScopeTest#leavesAForeignInterruptToTheCode",
              "CancellationTest",
              "CrowdedWritesTest#aWriteToAConnectionThatWasResetMeetsTheError",
              "DebugModeTest#withoutItNothingIsAdded",
              "FlowsTest#anErrorOfTheSubscriberEndsTheRunAndIsReported",
              "GreenletTest#reportsAnErrorThatNobodyWaitsForExactlyOnce",
              "GroupTest#withoutRaisingErrorsOfMembersAreReported",
              "KillTest#throwsAnErrorOfChoiceOnce",
              "PoolTest#membersThatFailAreKilledOrDiscardedFreeTheirPlaceOnce",
              "QueueWaitingTest#wakesEverybodyWhoWaitsAtAShutdown",
              "StreamServerTest#closesTheStreamAndReportsTheErrorWhenAHandlerFails",
              "TcpStreamEndingsTest#endsAReadAndAWriteThatWaitWhenItIsClosed",
              "TlsStreamTest#oneReaderAndOneWriterAtATime"),
          "it measures by the machine's clock, or yields until time has passed",
          List.of(
              "CancellationPointsTest",
              "CrowdedWritesTest#smallWritesToASlowReaderLoseNothing",
              "ConditionTest#aSignalInTimeIsTold",
              "ConditionTest#timesAreLimitedInEachOfTheWays",
              "ConformanceTest#leaksNoDescriptorWhenCancelledOrClosedAtAnyPoint",
              "GreenletTest#sleepsNeverTooShort",
              "GreenletTest#startsLaterAfterTheDelay",
              "LoopTest#cancelsWhatIsLeftWhenMainEndsAndLetsItCleanUp",
              "LoopTest#doesNotStarveOthersWhenOneConnectionIsAlwaysReady",
              "LoopTest#servesTimersInputAndOtherThreadsWhileTwoGreenletsYieldForEver",
              "LoopTest#switchesAtEveryWaitSoThatSleepsOverlap"),
          "names of greenlets are a simulation's own",
          List.of("GreenletTest#knowsItselfByNameAndThread"),
          "datagrams overtake each other",
          List.of(
              "DatagramBatchTest#carriesAllInOrder",
              "DatagramBatchTest#tellsTheLengthOfWhatWasCutOff",
              "UdpSocketTest#carriesArraysBuffersAndSegmentsEachAsOneDatagram",
              "UdpSocketTest#carriesEmptyDatagramsAndTheLongest",
              "UdpSocketWaitingTest#losesNoDatagramToTimeOutsThatRaceWithIt"),
          "it needs larger buffers, or options and groups as the kernel has them",
          List.of(
              "MulticastTest",
              "StreamsTest#aRelayPassesOnBothEnds",
              "TcpStreamAddressesTest#keepsTheSocketOptionsPeopleUse",
              "UdpSocketTest#sendsToAllOnlyIfAskedToAndSaysHow",
              "UdpSocketWaitingTest#hasOptions"));

  private static final Map<String, String> REASONS = new HashMap<>();

  static {
    BY_REASON.forEach((reason, tests) -> tests.forEach(each -> REASONS.put(each, reason)));
  }

  private LeftOut() {}

  /** Whether a test is left out. */
  static boolean has(TestSource source) {
    return source instanceof MethodSource method
        && (REASONS.containsKey(method.getJavaClass().getSimpleName())
            || REASONS.containsKey(nameOf(method)));
  }

  static String nameOf(MethodSource method) {
    return method.getJavaClass().getSimpleName() + '#' + method.getMethodName();
  }

  /** All, as classes or methods. */
  static Set<String> all() {
    return REASONS.keySet();
  }
}
