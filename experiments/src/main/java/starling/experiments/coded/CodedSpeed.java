package starling.experiments.coded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_MT_DDRM;
import starling.codes.computation.Answer;
import starling.codes.computation.CodedFactor;
import starling.codes.computation.CodedJob;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Decoded;
import starling.codes.computation.Inputs;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.threshold.PolynomialCode;
import starling.codes.threshold.SystematicCode;
import starling.codes.uep.ImportanceLevels;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.machine.Timing;
import starling.models.UnfitException;

/**
 * What coding a product costs beside the product itself: factors encoded for all workers, and the result decoded from their answers,
 * against one multiplication by the faster engine, in doubles like the matrices of the codes and on as many threads. Blocks are 3
 * x 3. All of it, the product too, is written to memory that is there, as in a row of products. The polynomial code is the dearest: every share
 * has every block, every block every answer. Of the systematic one the answers are those that leave most to be decoded.
 */
public final class CodedSpeed implements Experiment {
    private static final Parameter<Integer> SIZE =
            Parameter.integer("size", 3000, 600, 9, 20_000, "rows and columns of the factors");
    private static final Parameter<Integer> WORKERS = Parameter.integer("workers", 15, 15, 9, 100, "workers");
    private static final Parameter<List<Integer>> THREADS =
            Parameters.integers("threads", 1, 64, "1,2", "1,2", "of the engines and of coding");
    private static final Parameter<Integer> REPEATS =
            Parameter.integer("repeats", 7, 3, 1, 1000, "of a measurement, of which the fastest counts");
    private static final Parameter<Double> SECONDS =
            Parameter.number("seconds", 30, 5, 0, 3600, "most seconds for the product in floats");
    /** Product, encoding and decoding, in turn: what disturbs one disturbs the others. */
    private static final int SUPPLIERS = 3;

    private static final int REST_MILLIS = 200;
    private static final int SIDE = 3;
    private static final int NAMED_SIZE = 3000;
    private static final int MOST_TRIES = 10_000;
    private static final double MOST = 0.25;
    private static final double MOST_ERROR = 1e-8;

    @Override
    public String name() {
        return "coded-speed";
    }

    @Override
    public String description() {
        return "Time to encode and decode a coded product in 9 blocks, against the product itself.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(SIZE, WORKERS, THREADS, REPEATS, SECONDS, Parameters.SEED);
    }

    @Override
    public Findings run(Context context) {
        SplittableRandom random = new SplittableRandom(Parameters.seed(context));
        int size = context.get(SIZE);
        Matrix a =
                new Matrix(size, size, random.doubles((long) size * size, -1, 1).toArray());
        Matrix b =
                new Matrix(size, size, random.doubles((long) size * size, -1, 1).toArray());
        Series table = Series.ofRecords(
                "threads",
                "code",
                "ortSeconds",
                "ortFloatSeconds",
                "ejmlSeconds",
                "encodeSeconds",
                "decodeSeconds",
                "ratio",
                "error");
        List<Claim> claims = new ArrayList<>();
        for (int threads : context.get(THREADS)) {
            double ejml = ejml(a, b, threads);
            double floats;
            try (OrtProduct product = new OrtProduct(a, b, false, threads)) {
                floats = Timing.of(product::run, context.get(REPEATS), context.get(SECONDS))
                        .fastestSeconds();
            }
            for (ComputationCode code : codes(context, a, b)) {
                List<Answer> answers = answers(context, CodedJob.of(0, code, a, b, threads), threads);
                CodedFactor left = CodedFactor.left(code, a, threads);
                CodedFactor right = CodedFactor.right(code, b, threads);
                Matrix room = Matrix.zeros(size, size);
                double[] fastest = new double[SUPPLIERS];
                Arrays.fill(fastest, Double.POSITIVE_INFINITY);
                double error;
                try (OrtProduct product = new OrtProduct(a, b, true, threads)) {
                    List<DoubleSupplier> tasks = List.of(
                            product::run,
                            () -> left.again(a, threads).input(0, 0).size()
                                    + right.again(b, threads).input(0, 0).size(),
                            () -> decoded(code, answers, room, threads).result().at(0, 0));
                    for (int repeat = 0; repeat <= context.get(REPEATS); repeat++) {
                        for (int i = 0; i < SUPPLIERS; i++) {
                            rest();
                            fastest[i] = Math.min(
                                    fastest[i], Timing.of(tasks.get(i), 1, 0).fastestSeconds());
                        }
                    }
                    Decoded decoded = decoded(code, answers, room, threads);
                    Matrix c = product.product();
                    error = Math.sqrt(decoded.result().squaredDistance(c) / c.squaredNorm())
                            + (decoded.complete() ? 0 : 1);
                }
                double ratio = (fastest[1] + fastest[2]) / Math.min(fastest[0], ejml);
                table.entry(threads, code.name(), fastest[0], floats, ejml, fastest[1], fastest[2], ratio, error);
                String where = code.name() + "-on-" + threads;
                boolean best = code.name().startsWith("systematic");
                claims.add(Claim.atMost("part-of-the-product-" + where, MOST, ratio, best && size >= NAMED_SIZE));
                claims.add(Claim.atMost("error-" + where, MOST_ERROR, error, true));
                context.say(String.format(
                        Locale.ROOT,
                        "%d threads, %s: ONNX Runtime %.3f s (floats %.3f s), EJML %.3f s, encode %.3f s, decode %.3f s:"
                                + " %.3f of the product, error %.2g",
                        threads,
                        code.name(),
                        fastest[0],
                        floats,
                        ejml,
                        fastest[1],
                        fastest[2],
                        ratio,
                        error));
            }
        }
        return new Findings(claims, Map.of("coded-speed", table), List.of());
    }

    /** Threads of ONNX Runtime go on looking for work for a while after a product: what is timed next must not share the cores with them. */
    private static void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("the measurement was interrupted", e);
        }
    }

    private static double ejml(Matrix a, Matrix b, int threads) {
        DMatrixRMaj left = DMatrixRMaj.wrap(a.rows(), a.columns(), a.values());
        DMatrixRMaj right = DMatrixRMaj.wrap(b.rows(), b.columns(), b.values());
        DMatrixRMaj product = new DMatrixRMaj(a.rows(), b.columns());
        int before = EjmlConcurrency.getMaxThreads();
        EjmlConcurrency.setMaxThreads(threads);
        try {
            return Timing.of(
                            () -> {
                                if (threads == 1) {
                                    CommonOps_DDRM.mult(left, right, product);
                                } else {
                                    CommonOps_MT_DDRM.mult(left, right, product);
                                }
                                return product.get(0, 0);
                            },
                            1,
                            0)
                    .fastestSeconds();
        } finally {
            EjmlConcurrency.setMaxThreads(before);
        }
    }

    /** Codes that any nine answers determine, and windows of unequal protection over equal blocks. */
    private static List<ComputationCode> codes(Context context, Matrix a, Matrix b) {
        int workers = context.get(WORKERS);
        Windows windows = new Windows(Windows.Kind.EXPANDING, SyntheticProduct.SIZES, new double[] {0.4, 0.35, 0.25});
        Partition partition = Partition.rowsTimesColumns(SIDE, SIDE);
        int[] classes =
                ImportanceLevels.of(partition, a, b, SyntheticProduct.SIZES).classes();
        return List.of(
                SystematicCode.of(SIDE, SIDE, workers),
                PolynomialCode.of(SIDE, SIDE, workers),
                complete(partition, classes, windows, workers, Parameters.seed(context)));
    }

    /** The first code of the family, by seed, whose answers determine all of the product. */
    private static ComputationCode complete(
            Partition partition, int[] classes, Windows windows, int workers, long seed) {
        for (long number = 0; number < MOST_TRIES; number++) {
            ComputationCode code = new UepCode(partition, classes, windows, workers, seed + number)
                    .factorCoded(UepCode.Pairing.RANDOM);
            if (code.recoveredByAll().cardinality() == code.pieces().size()) {
                return code;
            }
        }
        throw new UnfitException("workers must be enough for a code that is complete: " + workers + " are not");
    }

    /** What the last workers answer, as few as complete the product. */
    private static List<Answer> answers(Context context, CodedJob job, int threads) {
        List<Answer> answers = new ArrayList<>();
        JobDecoder decoder = job.decoder();
        for (int worker = context.get(WORKERS) - 1; worker >= 0 && !decoder.complete(); worker--) {
            Inputs inputs = job.inputs(worker, 0);
            try (OrtProduct product =
                    new OrtProduct(inputs.left().get(0), inputs.right().get(0), true, threads)) {
                product.run();
                Answer answer = new Answer(0, worker, 0, product.product());
                decoder.accept(answer);
                answers.add(answer);
            }
        }
        return answers;
    }

    private static Decoded decoded(ComputationCode code, List<Answer> answers, Matrix room, int threads) {
        JobDecoder decoder = new JobDecoder(code, 0, room.rows(), room.columns());
        answers.forEach(decoder::accept);
        return decoder.decode(threads, room);
    }
}
