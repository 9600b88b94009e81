package starling.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Tensors;

/** {@code y = w x + b} and the mean squared error: each step can be written out. */
class LearningStepTest {
    private static final float[] SAMPLES = {1, 2, -1, 0.5f};
    private static final int[] LABELS = {1, 3};

    private static ModelProto line() {
        GraphBuilder graph = new GraphBuilder("line", 13);
        graph.input("x", -1, 2);
        String weight = graph.constant(Tensors.of("weight", new float[] {0.5f, -0.25f}, 1, 2));
        String bias = graph.constant(Tensors.of("bias", new float[] {0.1f}, 1));
        graph.node("Gemm", List.of("x", weight, bias), "y", GraphBuilder.attribute("transB", 1L));
        graph.output("y", -1, 1);
        return graph.build();
    }

    private static Recipe recipe(Optimizer optimizer) {
        return new Recipe(
                Loss.MEAN_SQUARED_ERROR,
                optimizer,
                0.1,
                new Schedule.Constant(),
                1,
                2,
                0,
                GradientGraph.Mode.TRAINING,
                1,
                1);
    }

    private static GradientSession.Outcome take(LearningStep step, float[] samples, double rate) {
        return step.take(samples, LABELS, 2, RandomSource.XO_SHI_RO_256_PP.create(1), rate);
    }

    private static State state(Recipe recipe, GradientGraph graph) {
        return LearningStep.begin(line(), graph, recipe);
    }

    private static GradientGraph graph(Recipe recipe) {
        return GradientGraph.of(line(), new GradientGraph.Request(recipe.loss(), List.of(), recipe.mode(), false));
    }

    /** The session of such a graph takes new weights as any other, and has their gradient only as two factors. */
    @Test
    void weightsWhoseGradientIsNotFormedAreStillParameters() {
        Recipe recipe = recipe(new Optimizer.Sgd(0, 0));
        GradientGraph graph = GradientGraph.of(
                line(),
                new GradientGraph.Request(recipe.loss(), List.of(), recipe.mode(), GradientGraph.Dense.SIGNALS));
        State state = state(recipe, graph);
        try (GradientSession session = new GradientSession(graph, recipe.loss(), state.parameters, 1)) {
            session.set("weight", new float[] {2, 3});
            GradientSession.Outcome outcome = session.run(SAMPLES, LABELS, 2, RandomSource.XO_SHI_RO_256_PP.create(1));
            GradientGraph.Signals signals = graph.signals().get(0);
            float first = 2 * 1 + 3 * 2 + 0.1f - 1; // y - label
            float second = 2 * -1 + 3 * 0.5f + 0.1f - 3;
            assertEquals((first * first + second * second) / 2, outcome.loss(), 1e-5);
            assertArrayEquals(SAMPLES, outcome.signals().get(signals.forward()));
            assertArrayEquals(new float[] {first, second}, outcome.signals().get(signals.backward()), 1e-5f);
            float[] bias = new float[1];
            session.gradient("bias", bias);
            assertEquals(first + second, bias[0], 1e-5);
            String sentence = String.valueOf(
                    assertThrows(IllegalArgumentException.class, () -> session.gradient("weight", new float[2]))
                            .getMessage());
            assertEquals("the graph has no gradient of weight", sentence);
        }
    }

    @Test
    void stepsWithMomentumDecayAndMaskAreThoseWrittenOut() {
        double momentum = 0.9;
        double decay = 0.5;
        Recipe recipe = recipe(new Optimizer.Sgd(momentum, decay));
        GradientGraph graph = graph(recipe);
        State state = state(recipe, graph);
        Masks masks = Masks.of(Map.of("weight", new boolean[] {true, false}));
        double w = 0.5;
        double b = 0.1;
        double velocityOfW = 0;
        double velocityOfB = 0;
        try (LearningStep step = new LearningStep(graph, recipe, masks, state)) {
            for (int i = 1; i <= 4; i++) {
                double rate = 0.1 / i;
                double loss = 0;
                double toW = decay * w; // biases do not decay
                double toB = 0;
                for (int n = 0; n < 2; n++) {
                    double missed = w * SAMPLES[2 * n] + b - LABELS[n];
                    loss += missed * missed / 2;
                    toW += missed * SAMPLES[2 * n];
                    toB += missed;
                }
                assertEquals(loss, take(step, SAMPLES, rate).loss(), 1e-5);
                velocityOfW = momentum * velocityOfW + toW;
                velocityOfB = momentum * velocityOfB + toB;
                w -= rate * velocityOfW;
                b -= rate * velocityOfB;
                assertArrayEquals(new float[] {(float) w, 0}, state.parameters.values("weight"), 1e-5f);
                assertArrayEquals(new float[] {(float) b}, state.parameters.values("bias"), 1e-5f);
                assertEquals(i, state.step);
            }
        }
    }

    @Test
    void lossThatIsNotFiniteMovesNothing() {
        Recipe recipe = recipe(Optimizer.Adam.usual(0));
        GradientGraph graph = graph(recipe);
        State state = state(recipe, graph);
        try (LearningStep step = new LearningStep(graph, recipe, Masks.none(), state)) {
            assertEquals(
                    Double.POSITIVE_INFINITY,
                    take(step, new float[] {1e30f, 0, 0, 0}, 0.1).loss());
            assertArrayEquals(new float[] {0.5f, -0.25f}, state.parameters.values("weight"));
            assertEquals(0, state.step);
        }
    }

    @Test
    void everyNumberOfTheModelIsLearnedUnlessTold() {
        try (LearningStep step = LearningStep.of(line(), recipe(new Optimizer.Sgd(0, 0)))) {
            assertEquals(3, step.parameters());
            assertEquals(2, step.elements());
            double before = take(step, SAMPLES, 0.1).loss();
            assertTrue(take(step, SAMPLES, 0.1).loss() < before);
        }
    }
}
