package starling.experiments.coded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.codes.computation.CodedFactor;
import starling.codes.computation.CodedJob;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Decoded;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrix;
import starling.codes.partial.PartialGradientCodes;
import starling.codes.random.RandomStream;
import starling.codes.straggler.Race;
import starling.codes.straggler.ShiftedExponential;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.processes.AgentProcesses;
import starling.experiments.processes.Mosquitto;
import starling.models.UnfitException;
import starling.router.product.CodedProduct;
import starling.router.product.Goal;
import starling.router.product.Operand;
import starling.router.product.Outcome;

/**
 * Linear regression by distributed gradient descent (Ozfatura et al., section 1): workers keep W = X^T X in coded blocks of rows and multiply it by
 * theta in every iteration; theta moves by -eta (W theta - X^T y). An iteration ends when all blocks but a tolerated part are known, and
 * the elements of blocks that are not known stay as they are. With a rising tolerance the part grows evenly from 0 to the largest one.
 *
 * <p>Results are decoded from the products that workers really computed, on the virtual clock or by agents over Mosquitto, each a process that waits
 * as the law of the clock says.
 */
public final class PartialGradientDescent implements Experiment {
    private static final Parameter<Integer> WORKERS = Parameter.integer("K", 20, 8, 4, 64, "workers, an even number");
    private static final Parameter<Integer> LOAD = Parameter.integer("r", 3, 3, 1, 10, "tasks of a worker");
    private static final Parameter<Double> MU =
            Parameter.number("mu", 10, 10, 1e-6, 1e6, "rate of the exponential part of a worker's pace");
    private static final Parameter<Double> ALPHA =
            Parameter.number("alpha", 0.01, 0.01, 0, 1e6, "least seconds of a task");
    private static final Parameter<List<Double>> TOLERANCES =
            Parameters.numbers("tolerances", 0, 0.99, "0,0.1,0.3", "0,0.2", "parts of the blocks that may be missing");
    private static final Parameter<Integer> FEATURES =
            Parameter.integer("features", 400, 40, 4, 10_000, "elements of theta");
    private static final Parameter<Integer> SAMPLES =
            Parameter.integer("samples", 2000, 200, 4, 1_000_000, "rows of X");
    private static final Parameter<Integer> ITERATIONS =
            Parameter.integer("iterations", 200, 40, 1, 100_000, "steps of each descent");
    private static final Parameter<Double> TARGET =
            Parameter.number("target", 1e-3, 1e-2, 1e-14, 1, "distance to the solution, relative, whose time is told");
    private static final Parameter<Boolean> AGENTS = Parameters.truth(
            "agents", false, "whether agents over Mosquitto multiply, not workers on the virtual clock");

    private static final double NOISE = 0.1;
    private static final double MOST_DIFFERENCE = 1e-8;

    @Override
    public String name() {
        return "cpgc-gd";
    }

    @Override
    public String description() {
        return "Linear regression by coded partial gradients: distance over time, tolerance fixed and rising.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(
                WORKERS, LOAD, MU, ALPHA, TOLERANCES, FEATURES, SAMPLES, ITERATIONS, TARGET, AGENTS, Parameters.SEED);
    }

    /**
     * Least squares.
     *
     * @param square X^T X / n
     * @param right X^T y / n
     * @param solution to which descent goes
     * @param rate eta, 1 over the largest eigenvalue or less
     */
    private record Problem(Matrix square, Matrix right, Matrix solution, double rate) {
        static Problem of(int samples, int features, long seed) {
            RandomStream stream = new RandomStream(seed);
            double[] x = new double[samples * features];
            for (int i = 0; i < x.length; i++) {
                x[i] = unit(stream, i);
            }
            Matrix data = new Matrix(samples, features, x);
            double[] truth = new double[features];
            for (int i = 0; i < features; i++) {
                truth[i] = unit(stream, x.length + (long) i);
            }
            Matrix answers = data.times(new Matrix(features, 1, truth));
            for (int i = 0; i < samples; i++) {
                answers.values()[i] += NOISE * unit(stream, x.length + (long) features + i);
            }
            Matrix transposed = DenseNetwork.transposed(data);
            Matrix square = scaled(transposed.times(data), 1.0 / samples);
            Matrix right = scaled(transposed.times(answers), 1.0 / samples);
            double largest = 0;
            for (int row = 0; row < features; row++) {
                double sum = 0;
                for (int column = 0; column < features; column++) {
                    sum += Math.abs(square.at(row, column));
                }
                largest = Math.max(largest, sum);
            }
            // The largest sum of a row bounds the largest eigenvalue; of independent features that is (1 + sqrt(d /
            // n))^2 or so.
            double usual = Math.pow(1 + Math.sqrt((double) features / samples), 2);
            return new Problem(square, right, solve(square, right), 1 / Math.min(largest, 1.1 * usual));
        }

        /** Uniform, with mean 0 and variance 1. */
        private static double unit(RandomStream stream, long place) {
            return Math.sqrt(3) * (2 * stream.uniform(place) - 1);
        }

        private static Matrix scaled(Matrix matrix, double factor) {
            for (int i = 0; i < matrix.values().length; i++) {
                matrix.values()[i] *= factor;
            }
            return matrix;
        }

        private static Matrix solve(Matrix square, Matrix right) {
            DMatrixRMaj solution = new DMatrixRMaj(right.rows(), 1);
            boolean solved = CommonOps_DDRM.solve(
                    DMatrixRMaj.wrap(
                            square.rows(), square.columns(), square.values().clone()),
                    DMatrixRMaj.wrap(right.rows(), 1, right.values().clone()),
                    solution);
            if (!solved) {
                throw new UnfitException("X^T X must be regular: there must be at least as many samples as features");
            }
            return new Matrix(right.rows(), 1, solution.getData().clone());
        }

        double distance(Matrix theta) {
            return Math.sqrt(theta.squaredDistance(solution) / solution.squaredNorm());
        }
    }

    /** Multiplies W by a vector, as far as it must be known. */
    @FunctionalInterface
    private interface Multiplier {
        Step multiply(long iteration, Matrix theta, int pieces);
    }

    private record Step(Decoded decoded, double seconds) {}

    @Override
    public Findings run(Context context) {
        if (context.get(SAMPLES) < context.get(FEATURES)) {
            throw new UnfitException("there must be at least as many samples as features, " + context.get(FEATURES)
                    + ": there are " + context.get(SAMPLES));
        }
        Problem problem = Problem.of(context.get(SAMPLES), context.get(FEATURES), Parameters.seed(context));
        Map<String, ComputationCode> codes = new LinkedHashMap<>();
        try {
            codes.put("mcc", PartialGradientCodes.mcc(context.get(WORKERS), context.get(LOAD)));
            codes.put(
                    "uc",
                    PartialGradientCodes.uncoded(context.get(WORKERS), context.get(LOAD))
                            .code());
            codes.put(
                    "cpgc",
                    PartialGradientCodes.cpgc(context.get(WORKERS), context.get(LOAD))
                            .code());
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
        if (!context.get(AGENTS)) {
            return descend(context, problem, codes, (name, factor) -> clock(context, factor));
        }
        try (TemporaryFolder folder = TemporaryFolder.create();
                Mosquitto broker = Mosquitto.start(folder.path());
                AgentProcesses processes = new AgentProcesses(folder.path(), broker.port());
                CodedProduct product =
                        AgentMill.start(broker.port(), context.get(WORKERS), context.get(FEATURES), context)) {
            for (int node = 0; node < context.get(WORKERS); node++) {
                processes.start(
                        "compute",
                        node,
                        "--delay",
                        "shifted:" + context.get(ALPHA) + "," + context.get(MU),
                        "--seed",
                        Long.toString(Parameters.seed(context)));
            }
            AgentMill.gatherAll(product, context.get(WORKERS));
            return descend(context, problem, codes, (name, factor) -> agents(product, product.keep(factor)));
        }
    }

    /** Who multiplies by a coded factor. */
    @FunctionalInterface
    private interface Keeper {
        Multiplier keep(String name, CodedFactor factor);
    }

    private static Multiplier clock(Context context, CodedFactor factor) {
        ShiftedExponential law = new ShiftedExponential(context.get(ALPHA), context.get(MU), Parameters.seed(context));
        return (iteration, theta, pieces) -> {
            CodedJob job = new CodedJob(iteration, factor, CodedFactor.right(factor.code(), theta));
            JobDecoder decoder = job.decoder();
            Race race = new Race(factor.code(), law, iteration, 1);
            while (decoder.pieces().cardinality() < pieces) {
                Race.Message message = race.next().orElseThrow();
                for (int task = message.first(); task < message.first() + message.count(); task++) {
                    decoder.accept(job.answer(message.worker(), task));
                }
            }
            return new Step(decoder.decode(), race.time());
        };
    }

    private static Multiplier agents(CodedProduct product, Operand.Kept kept) {
        return (iteration, theta, pieces) -> {
            double part = (double) pieces / kept.factor().code().pieces().size();
            Outcome outcome = product.multiply(
                    kept, new Operand.Sent(CodedFactor.right(kept.factor().code(), theta)), new Goal.Fraction(part));
            if (!outcome.met()) {
                throw new UnfitException(
                        "an iteration must end within " + Duration.ofMinutes(2).toSeconds() + " s: it has not");
            }
            return new Step(outcome.decoded(), outcome.seconds() + outcome.decoding());
        };
    }

    private static Findings descend(
            Context context, Problem problem, Map<String, ComputationCode> codes, Keeper keeper) {
        Series table = Series.ofRecords("scheme", "tolerance", "rising", "time", "distance", "timeToTarget");
        List<Claim> claims = new ArrayList<>();
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("distance to the solution")
                .xAxisTitle("seconds")
                .build();
        chart.getStyler().setYAxisLogarithmic(true);
        Matrix whole = null;
        Map<String, Double> toTarget = new LinkedHashMap<>();
        for (Map.Entry<String, ComputationCode> entry : codes.entrySet()) {
            String name = entry.getKey();
            Multiplier multiplier = keeper.keep(name, CodedFactor.left(entry.getValue(), problem.square()));
            for (double tolerance : context.get(TOLERANCES)) {
                for (boolean rising : tolerance == 0 ? new boolean[] {false} : new boolean[] {false, true}) {
                    List<Double> times = new ArrayList<>();
                    List<Double> distances = new ArrayList<>();
                    Matrix theta = descend(
                            context, problem, entry.getValue(), multiplier, tolerance, rising, times, distances);
                    double reached = reached(context, times, distances);
                    String word = name + "-" + tolerance + (rising ? "-rising" : "");
                    toTarget.put(word, reached);
                    table.entry(name, tolerance, rising, times, distances, reached);
                    chart.addSeries(word, times, distances);
                    context.say(String.format(
                            Locale.ROOT,
                            "%s: %.2e after %.2f s, target after %.2f s",
                            word,
                            distances.get(distances.size() - 1),
                            times.get(times.size() - 1),
                            reached));
                    if (tolerance == 0) {
                        double off = whole == null ? 0 : Math.sqrt(theta.squaredDistance(whole) / whole.squaredNorm());
                        claims.add(Claim.atMost("same-descent-" + name, MOST_DIFFERENCE, off, true));
                        whole = whole == null ? theta : whole;
                    }
                }
            }
        }
        double mcc = toTarget.getOrDefault("mcc-0.0", Double.NaN);
        double cpgc = toTarget.getOrDefault("cpgc-0.0", Double.NaN);
        if (!Double.isNaN(mcc) && !Double.isNaN(cpgc)) {
            claims.add(Claim.atMost("cpgc-comes-to-the-target-before-mcc", mcc, cpgc, false));
        }
        return new Findings(claims, Map.of("cpgc-gd", table), List.of(Figure.png("cpgc-gd", chart)));
    }

    private static Matrix descend(
            Context context,
            Problem problem,
            ComputationCode code,
            Multiplier multiplier,
            double tolerance,
            boolean rising,
            List<Double> times,
            List<Double> distances) {
        int features = problem.right().rows();
        int height = code.partition().blockRows(features);
        Matrix theta = Matrix.zeros(features, 1);
        double now = 0;
        int iterations = context.get(ITERATIONS);
        for (int iteration = 0; iteration < iterations; iteration++) {
            double tolerated = rising ? tolerance * iteration / Math.max(1, iterations - 1) : tolerance;
            int pieces = (int) Math.ceil(code.pieces().size() * (1 - tolerated) - 1e-9);
            Step step = multiplier.multiply(iteration, theta, pieces);
            now += step.seconds();
            BitSet known = step.decoded().pieces();
            double[] next = theta.values().clone();
            for (int i = 0; i < features; i++) {
                if (step.decoded().complete() || known.get(i / height)) {
                    double gradient =
                            step.decoded().result().at(i, 0) - problem.right().at(i, 0);
                    next[i] -= problem.rate() * gradient;
                }
            }
            theta = new Matrix(features, 1, next);
            times.add(now);
            distances.add(problem.distance(theta));
        }
        return theta;
    }

    /** The time from which the distance stays below the target; infinite if it never does. */
    private static double reached(Context context, List<Double> times, List<Double> distances) {
        double[] all = distances.stream().mapToDouble(Double::doubleValue).toArray();
        int last = all.length;
        while (last > 0 && all[last - 1] <= context.get(TARGET)) {
            last--;
        }
        return last == all.length ? Double.POSITIVE_INFINITY : times.get(last);
    }
}
