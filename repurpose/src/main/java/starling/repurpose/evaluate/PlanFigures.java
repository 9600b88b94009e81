package starling.repurpose.evaluate;

import java.util.Arrays;
import starling.models.UnfitException;
import starling.models.graph.Shapes;
import starling.models.plan.Plan;

/**
 * Figures of a plan that its own exchanges, layers and parts determine: values, bytes, rounds, edges, input and answer values,
 * the naive plan's values, and per exchange the values of the layers that wait for it. Not determined, and so not checked:
 * baseline and late-fusion values, multiplications, parameters, seconds, and the words.
 */
final class PlanFigures {
    private PlanFigures() {}

    /**
     * Compares.
     *
     * @throws UnfitException naming the first figure that is not what the plan itself says
     */
    static void require(Plan plan) {
        Plan.Account account = plan.account();
        long[] sent = new long[plan.rounds() + 1];
        long bytes = 0;
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                sent[exchange.step()] += link.values();
                bytes += link.bytes();
            }
        }
        equal("account.values", account.values(), Arrays.stream(sent).sum());
        equal("account.bytes", account.bytes(), bytes);
        equal(
                "account.crossEdges",
                account.crossEdges(),
                plan.layers().stream().mapToLong(Plan.Layer::crossEdges).sum());
        equal(
                "account.keptEdges",
                account.keptEdges(),
                plan.layers().stream().mapToLong(Plan.Layer::keptEdges).sum());
        equal(
                "account.inputValues",
                account.inputValues(),
                plan.parts().stream().mapToLong(Plan.Part::inputValues).sum());
        equal(
                "account.outputValues",
                account.outputValues(),
                plan.parts().stream().mapToLong(Plan.Part::outputValues).sum());
        long divided = plan.inputs().stream()
                .filter(input -> !input.placement().equals("replicated"))
                .mapToLong(input -> Shapes.elements(input.shape()))
                .sum();
        equal("account.naive", account.naive(), divided * (plan.workers() - 1));
        long[] read = new long[plan.rounds() + 1];
        for (Plan.Layer layer : plan.layers()) {
            if (layer.step() < 0 || layer.step() > plan.rounds()) {
                throw new UnfitException("plan.json: the step of layer '" + layer.name() + "' must lie between 0 and "
                        + plan.rounds() + ": it is " + layer.step());
            }
            read[layer.step()] += layer.values();
        }
        for (int step = 0; step <= plan.rounds(); step++) {
            equal("the sum of layers[].values of step " + step, read[step], sent[step]);
        }
    }

    private static void equal(String figure, long stated, long derived) {
        if (stated != derived) {
            throw new UnfitException("plan.json: " + figure + " must be what the rest of the plan adds up to, "
                    + derived + ": it is " + stated);
        }
    }
}
