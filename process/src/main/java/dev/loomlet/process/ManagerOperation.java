package dev.loomlet.process;

/** What a manager can be asked to do, with what it keeps; sent by its name. */
enum ManagerOperation {
  NEW_MAP(0),
  NEW_LIST(0),
  NEW_COUNTER(0),
  SIZE(0),
  CLEAR(0),
  SNAPSHOT(0),

  MAP_GET(1),
  MAP_CONTAINS_KEY(1),
  MAP_PUT(2),
  MAP_PUT_IF_ABSENT(2),
  MAP_REMOVE(1),
  MAP_REMOVE_PAIR(2),
  MAP_REPLACE(2),
  MAP_REPLACE_PAIR(3),

  LIST_GET(1),
  LIST_SET(2),
  LIST_APPEND(1),
  LIST_INSERT(2),
  LIST_REMOVE(1),

  COUNTER_GET(0),
  COUNTER_SET(1),
  COUNTER_ADD(1),
  COUNTER_COMPARE_AND_SET(2);

  private final int arguments;

  ManagerOperation(int arguments) {
    this.arguments = arguments;
  }

  /** How many it takes. */
  int arguments() {
    return arguments;
  }
}
