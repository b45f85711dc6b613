/// The memory of greenlets is shared: the age of 18 becomes 16.
///
/// No lock is needed, not even `volatile`: greenlets of one loop never run at the same moment.

import static dev.loomlet.Loomlet.*;

int age = 18;

void main() {
  IO.println("the age was " + age);
  spawn(() -> age = 16).join();
  IO.println("the age is " + age);
}
