package starling.codes.computation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What every computation code must do, whatever it is; tests of a room call it for their codes. */
public final class ContractChecks {
    /** Of decoded blocks against the definition, relative to the largest product of blocks. */
    private static final double TOLERANCE = 1e-8;

    private ContractChecks() {}

    /**
     * Answers come in random orders, of a product whose dimensions do not divide. After each, every piece that is reported equals the
     * true one, its functional reproduces it from the answers, and pieces that are not reported are zeros in the result. Answers
     * that cannot be used change nothing.
     */
    public static void holds(ComputationCode code, long seed) {
        Matrix a = Matrices.random(7, 11, seed);
        Matrix b = Matrices.random(11, 5, seed + 1);
        CodedJob job = CodedJob.of(42, code, a, b);
        List<Matrix> truth = pieces(code, a, b);
        Random random = new Random(seed);
        for (int trial = 0; trial < 3; trial++) {
            List<Answer> order = answers(job);
            Collections.shuffle(order, random);
            JobDecoder decoder = job.decoder();
            BitSet known = new BitSet();
            for (Answer answer : order) {
                refusals(decoder, answer);
                known.or(decoder.accept(answer));
                Matrix room = Matrices.random(7, 5, seed + 7);
                assertArrayEquals(
                        decoder.decode().result().values(),
                        decoder.decode(1, room).result().values(),
                        code.name());
                assertEquals(known, decoder.pieces(), code.name());
                rightSoFar(code, decoder, truth, order);
            }
            assertEquals(code.recoveredByAll(), known, code.name());
            if (known.cardinality() == truth.size()) {
                Decoded decoded = decoder.decode();
                assertTrue(decoded.complete(), code.name());
                assertEquals(a.rows(), decoded.result().rows());
                assertEquals(b.columns(), decoded.result().columns());
                double error = Matrices.relativeError(Matrices.product(a, b), decoded.result());
                assertTrue(error < TOLERANCE, code.name() + " errs by " + error);
            }
        }
        codedAgain(code, a, b, seed);
        Cost cost = job.cost();
        assertEquals(2.0 * 7 * 11 * 5, cost.uncoded());
        assertTrue(cost.encoding() >= 0);
    }

    /** In the memory of others, factors are coded as in memory of their own, and what is given stays as it is. */
    private static void codedAgain(ComputationCode code, Matrix a, Matrix b, long seed) {
        Matrix otherA = Matrices.random(7, 11, seed + 5);
        Matrix otherB = Matrices.random(11, 5, seed + 6);
        double[] before = otherA.values().clone();
        CodedFactor left = CodedFactor.left(code, otherA).again(a, 2);
        CodedFactor right = CodedFactor.right(code, otherB, 2).again(b, 1);
        assertArrayEquals(before, otherA.values(), code.name());
        CodedJob own = CodedJob.of(42, code, a, b);
        CodedJob again = new CodedJob(42, left, right);
        for (int worker = 0; worker < code.workers().size(); worker++) {
            for (int task = 0; task < code.workers().get(worker).size(); task++) {
                assertArrayEquals(
                        own.answer(worker, task).value().values(),
                        again.answer(worker, task).value().values(),
                        code.name());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> left.again(b, 1));
    }

    private static void rightSoFar(ComputationCode code, JobDecoder decoder, List<Matrix> truth, List<Answer> order) {
        double largest = truth.stream().mapToDouble(Matrix::squaredNorm).max().orElseThrow();
        for (int piece = 0; piece < truth.size(); piece++) {
            if (!decoder.pieces().get(piece)) {
                int asked = piece;
                assertThrows(IllegalArgumentException.class, () -> decoder.piece(asked));
                continue;
            }
            Matrix found = decoder.piece(piece);
            assertTrue(
                    Math.sqrt(found.squaredDistance(truth.get(piece)) / largest) < TOLERANCE,
                    code.name() + ": piece " + piece + " is wrong");
            double[] weights = decoder.functional(piece);
            List<Matrix> values = new ArrayList<>();
            for (int i = 0; i < weights.length; i++) {
                values.add(order.get(i).value());
            }
            Matrix again = Combination.all(
                            List.of(weights), values.stream().map(Block::of).toList(), 1)
                    .get(0);
            assertTrue(Math.sqrt(again.squaredDistance(truth.get(piece)) / largest) < TOLERANCE, code.name());
        }
        Decoded decoded = decoder.decode();
        assertEquals(decoder.pieces(), decoded.pieces());
        assertTrue(decoded.condition() >= 1 && decoded.condition() <= code.conditionLimit());
        if (!decoded.complete() && code.partition().inner() == 1) {
            zerosWhereUnknown(code, decoded);
        }
    }

    private static void zerosWhereUnknown(ComputationCode code, Decoded decoded) {
        Matrix c = decoded.result();
        int height = code.partition().blockRows(c.rows());
        int width = code.partition().blockColumns(c.columns());
        for (int i = 0; i < c.rows(); i++) {
            for (int j = 0; j < c.columns(); j++) {
                int block = i / height * code.partition().columns() + j / width;
                assertEquals(decoded.pieces().get(block), c.at(i, j) != 0, code.name() + " at " + i + ", " + j);
            }
        }
    }

    private static void refusals(JobDecoder decoder, Answer good) {
        int before = decoder.answers();
        Matrix value = good.value();
        double[] spoiled = value.values().clone();
        spoiled[spoiled.length - 1] = Double.NaN;
        Matrix nan = new Matrix(value.rows(), value.columns(), spoiled);
        refused(decoder, new Answer(41, good.worker(), good.task(), value), RefusedAnswerException.Reason.OTHER_JOB);
        refused(decoder, new Answer(42, 99_999, good.task(), value), RefusedAnswerException.Reason.UNKNOWN_TASK);
        refused(decoder, new Answer(42, good.worker(), -1, value), RefusedAnswerException.Reason.UNKNOWN_TASK);
        refused(decoder, new Answer(42, good.worker(), good.task(), nan), RefusedAnswerException.Reason.NOT_FINITE);
        Matrix wrong = Matrix.zeros(value.rows() + 1, value.columns());
        refused(decoder, new Answer(42, good.worker(), good.task(), wrong), RefusedAnswerException.Reason.SHAPE);
        assertEquals(before, decoder.answers());
    }

    private static void refused(JobDecoder decoder, Answer answer, RefusedAnswerException.Reason reason) {
        BitSet before = decoder.pieces();
        RefusedAnswerException thrown = assertThrows(RefusedAnswerException.class, () -> decoder.accept(answer));
        assertEquals(reason, thrown.reason());
        assertFalse(String.valueOf(thrown.getMessage()).isEmpty());
        assertEquals(before, decoder.pieces());
    }

    /** All answers of a job, worker by worker. */
    public static List<Answer> answers(CodedJob job) {
        List<Answer> answers = new ArrayList<>();
        for (int worker = 0; worker < job.code().workers().size(); worker++) {
            for (int task = 0; task < job.code().workers().get(worker).size(); task++) {
                answers.add(job.answer(worker, task));
            }
        }
        return answers;
    }

    /** The true pieces, by the definition. */
    public static List<Matrix> pieces(ComputationCode code, Matrix a, Matrix b) {
        Partition partition = code.partition();
        List<Matrix> left = partition.cutLeft(a);
        List<Matrix> right = partition.cutRight(b);
        List<Matrix> pieces = new ArrayList<>();
        for (Piece piece : code.pieces()) {
            Matrix sum = null;
            for (int d = 0; d < piece.functional().length; d++) {
                if (piece.functional()[d] != 0) {
                    Matrix product = Matrices.product(
                            left.get(d / partition.rightBlocks()), right.get(d % partition.rightBlocks()));
                    if (sum == null) {
                        sum = product;
                    } else {
                        for (int i = 0; i < product.values().length; i++) {
                            sum.values()[i] += product.values()[i];
                        }
                    }
                }
            }
            pieces.add(java.util.Objects.requireNonNull(sum));
        }
        return pieces;
    }
}
