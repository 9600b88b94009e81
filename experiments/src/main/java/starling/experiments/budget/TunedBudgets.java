package starling.experiments.budget;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.plans.Paired;
import starling.experiments.plans.Trial;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.zoo.ShippedModels;
import starling.repurpose.finetune.FineTuning;
import starling.repurpose.partition.LoadedNetwork;

/**
 * The shipped {@code dense} model with few values, after it went on learning for at most five epochs: two workers with 10 and 50
 * values, four with 30 and 200, inputs split, each with the paired 95 % confidence interval of what it loses, and late fusion
 * that learned as long beside it. Required with the 60 000 training and all 10 000 test images of MNIST only.
 */
public final class TunedBudgets implements Experiment {
    private static final int ENOUGH_SAMPLES = 10_000;
    private static final int ENOUGH_TRAINING = 60_000;
    private static final int CALIBRATION = 4_000;
    /** How far late fusion may seem better by chance of the held-back samples that the choice is made on. */
    private static final double CHOICE = 0.002;

    private record Demand(int workers, int budget, double lost) {}

    private static final List<Demand> DEMANDS = List.of(
            new Demand(2, 10, 0.004), new Demand(2, 50, 0.002), new Demand(4, 30, 0.02), new Demand(4, 200, 0.006));

    private static final Parameter<Integer> EPOCHS = Parameter.integer("epochs", 5, 1, 1, 5, "of fine-tuning");
    private static final Parameter<DataSpec> TRAIN = new Parameter<>(
            "train",
            "DATA of MNIST images",
            "builtin:mnist,split=train",
            "builtin:mnist,split=train,limit=1000",
            "what is learned from",
            DataSpec::parse);
    private static final Parameter<DataSpec> DATA = new Parameter<>(
            "data",
            "DATA of MNIST images",
            "builtin:mnist",
            "builtin:mnist,limit=500",
            "what accuracy is measured on",
            DataSpec::parse);

    @Override
    public String name() {
        return "tuned-budgets";
    }

    @Override
    public String description() {
        return "Accuracy of the dense model with few values after fine-tuning, beside late fusion tuned as long.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(EPOCHS, TRAIN, DATA);
    }

    @Override
    public Findings run(Context context) {
        Dataset train = context.open(TRAIN, Split.TRAIN);
        Dataset test = context.open(DATA, Split.TEST);
        boolean demanded = test.count() >= ENOUGH_SAMPLES && train.count() >= ENOUGH_TRAINING;
        List<Claim> claims = new ArrayList<>();
        Series plans =
                new Series("workers", "budget", "values", "rounds", "repaired", "tuned", "lost", "lostLow", "lostHigh");
        Series fused = new Series("workers", "values", "rounds", "repaired", "tuned", "lost", "lostLow", "lostHigh");
        Map<Integer, Double> rivals = new LinkedHashMap<>();
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            for (Demand demand : DEMANDS) {
                Trial trial = new Trial(
                        LoadedNetwork.parse("dense", ShippedModels.read("dense")),
                        demand.workers(),
                        "split",
                        train.slice(0, Math.min(CALIBRATION, train.count())),
                        new FineTuning(train, context.get(EPOCHS), context.seed()),
                        test,
                        context.seed(),
                        folder.path());
                BitSet original = trial.right(trial.whole().split());
                Trial.Planned late = trial.lateFusion();
                if (!rivals.containsKey(demand.workers())) {
                    BitSet right = trial.right(trial.learned(late));
                    Paired lost = Paired.of(original, right, test.count());
                    double accuracy = (double) right.cardinality() / test.count();
                    rivals.put(demand.workers(), accuracy);
                    fused.row(
                            demand.workers(),
                            late.values(),
                            late.plan().rounds(),
                            late.accuracy(),
                            accuracy,
                            lost.difference(),
                            lost.low(),
                            lost.high());
                    context.say(demand.workers() + " workers, late fusion: " + Trial.words(late, accuracy));
                }
                Trial.Planned plan = trial.atMost(demand.budget());
                BitSet right =
                        trial.right(late.values() <= demand.budget() ? trial.learned(late, plan) : trial.learned(plan));
                double accuracy = (double) right.cardinality() / test.count();
                Paired lost = Paired.of(original, right, test.count());
                plans.row(
                        demand.workers(),
                        demand.budget(),
                        plan.values(),
                        plan.plan().rounds(),
                        plan.accuracy(),
                        accuracy,
                        lost.difference(),
                        lost.low(),
                        lost.high());
                context.say(demand.workers() + " workers, at most " + demand.budget() + ": "
                        + Trial.words(plan, accuracy) + ", lost " + lost.difference() + " (" + lost.low() + " to "
                        + lost.high() + ")");
                String of = demand.workers() + "-workers-" + demand.budget() + "-values";
                claims.add(Claim.atMost("accuracy-lost-" + of, demand.lost(), lost.difference(), demanded));
                if (late.values() == demand.budget()) {
                    double rival = rivals.getOrDefault(demand.workers(), 0.0);
                    claims.add(Claim.atMost("late-fusion-better-by-" + of, CHOICE, rival - accuracy, demanded));
                }
            }
        }
        Map<String, Series> series = new LinkedHashMap<>();
        series.put("plans", plans);
        series.put("lateFusion", fused);
        return new Findings(claims, series, List.of());
    }
}
