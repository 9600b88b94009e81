package starling.experiments.assign;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import starling.repurpose.assign.AssignmentProblem;
import starling.repurpose.assign.Munkres;
import starling.repurpose.assign.TransportationSolver;

/**
 * The solvers on the thesis' costs (256 inputs, eta1 = 0.25, eta2 = 1), for JMH:
 * {@code java -cp experiments.jar org.openjdk.jmh.Main AssignmentBenchmark}. JGraphT has one size, it takes minutes beyond.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Timeout(time = 30, timeUnit = TimeUnit.MINUTES)
public class AssignmentBenchmark {
    private static final long SEED = 1;
    private static final ThesisCosts COSTS = new ThesisCosts(256, 0.25, 1);

    /** Sizes that Munkres is measured at as well. */
    @State(Scope.Benchmark)
    public static class Rivalry {
        /** N x P. */
        @Param({"1000x6", "5000x6"})
        public String shape = "";

        private AssignmentProblem problem = AssignmentProblem.exact(new double[1][0], 0);

        /** Draws the costs. */
        @Setup
        public void draw() {
            problem = COSTS.draw(Shape.parse(shape), SEED);
        }
    }

    /** Sizes for the transportation solver alone. */
    @State(Scope.Benchmark)
    public static class Large {
        /** N x P. */
        @Param({"5000x32", "20000x2", "20000x6", "20000x32", "100000x32"})
        public String shape = "";

        private AssignmentProblem problem = AssignmentProblem.exact(new double[1][0], 0);

        /** Draws the costs. */
        @Setup
        public void draw() {
            problem = COSTS.draw(Shape.parse(shape), SEED);
        }
    }

    /** The graph that JGraphT works on. */
    @State(Scope.Benchmark)
    public static class Graph {
        /** N x P. */
        @Param("1000x6")
        public String shape = "";

        private JGraphTMatching matching = new JGraphTMatching(AssignmentProblem.exact(new double[1][0], 0));

        /** Draws the costs and builds the graph. */
        @Setup
        public void draw() {
            matching = new JGraphTMatching(COSTS.draw(Shape.parse(shape), SEED));
        }
    }

    /** Ours. */
    @Benchmark
    public void transport(Rivalry state, Blackhole blackhole) {
        blackhole.consume(new TransportationSolver(SEED).solve(state.problem));
    }

    /** Ours where Munkres does not go. */
    @Benchmark
    public void transportLarge(Large state, Blackhole blackhole) {
        blackhole.consume(new TransportationSolver(SEED).solve(state.problem));
    }

    /** The thesis' algorithm. */
    @Benchmark
    public void munkres(Rivalry state, Blackhole blackhole) {
        blackhole.consume(new Munkres().solve(state.problem));
    }

    /** Another library. */
    @Benchmark
    public void jgrapht(Graph state, Blackhole blackhole) {
        blackhole.consume(state.matching.solve());
    }
}
