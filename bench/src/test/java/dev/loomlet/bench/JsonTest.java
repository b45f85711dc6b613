package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @Test
  void whatIsWrittenIsReadAgain() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", "a \"quoted\" \\ line\nand ä \u0001");
    object.put("list", List.of(1.5, true, Map.of(), List.of()));
    object.put("big", 123_456_789_012.0);
    object.put("small", -0.000_012_5);

    assertThat(Json.read(Json.write(object))).isEqualTo(object);
  }

  @Test
  void aSpreadIsAnObject() {
    assertThat(Json.write(Spread.of(3, 1, 2))).isEqualTo("{\"median\":2,\"min\":1,\"max\":3}");
  }

  @Test
  void whatIsNoNumberIsNull() {
    assertThat(Json.write(List.of(Double.NaN, Double.POSITIVE_INFINITY))).isEqualTo("[null,null]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1,]", "{\"a\" 1}", "{a:1}", "1 2", "tru", "\"open", "--1"})
  void whatIsNoJsonIsRefused(String text) {
    assertThatThrownBy(() -> Json.read(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
