/// Two coroutines that switch to each other by hand print 1 2 3 4.
///
/// Unlike a generator, which always goes back to its caller, a coroutine says to which one it
/// switches. A wait in one of them does not switch: for that there are greenlets and a loop.

import dev.loomlet.Coroutine;

Coroutine first = Coroutine.of(this::odd);
Coroutine second = Coroutine.of(this::even);

void odd() {
  IO.println(1);
  second.switchTo();
  IO.println(3);
  second.switchTo();
}

void even() {
  IO.println(2);
  first.switchTo();
  IO.println(4);
}

void main() {
  first.switchTo(); // comes back when a coroutine ends that was made here
}
