/// A generator and its caller print 1 2 3 4 in turn.
///
/// `yield` keeps the generator's place; `next` and `hasNext` let it go on from there.

import dev.loomlet.Generator;

Generator<String> odd() {
  return Generator.of(
      out -> {
        IO.println(1);
        out.yield("after 1");
        IO.println(3);
        out.yield("after 3");
      });
}

void main() {
  var odd = odd(); // nothing runs yet
  odd.next();
  IO.println(2);
  odd.next();
  IO.println(4);
}
