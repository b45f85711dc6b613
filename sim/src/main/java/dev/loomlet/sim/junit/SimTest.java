package dev.loomlet.sim.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that is run in a {@linkplain dev.loomlet.sim.Simulation simulation}, under many seeds. Its
 * method may take the {@code Simulation} as its parameter.
 *
 * {@snippet :
 * @SimTest(seeds = 1000)
 * void nothingIsLost(Simulation sim) { … }
 * }
 *
 * <p>All seeds are one test, which ends with the first that fails; its schedule is made smaller
 * before it is reported. Each seed has an instance of the test class of its own, if that has a
 * constructor without parameters; {@code @BeforeEach} is called once for all. The first seed is run
 * twice, to see that the test depends on nothing but the seed.
 *
 * <p>The system property {@code loomlet.sim.seed} has one seed run only; {@code loomlet.sim.seeds}
 * says how many for all such tests; {@code loomlet.sim.options} adds to the options.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SimTestExtension.class)
public @interface SimTest {

  /** How many seeds. */
  int seeds() default 100;

  /** The first of them. */
  long firstSeed() default 1;

  /** As {@link dev.loomlet.sim.SimOptions#parse} reads them. */
  String options() default "";
}
