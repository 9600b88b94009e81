package starling.router.product;

import java.util.Arrays;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.partial.PartialGradientCodes;
import starling.codes.threshold.MdsCode;
import starling.codes.threshold.PolynomialCode;
import starling.codes.threshold.SystematicCode;
import starling.codes.threshold.UncodedCode;
import starling.codes.uep.NormOrder;
import starling.codes.uep.ProtectionScheme;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;

/** How a product is coded, as it is named on a command line. */
final class ProductCode {
    /** What can be named. */
    static final String KNOWN =
            "uncoded, repetition:COPIES, mds:K, systematic:ROWSxCOLUMNS, polynomial:ROWSxCOLUMNS, matdot:INNER,"
                    + " entangled:ROWSxINNERxCOLUMNS, mcc:LOAD, uc-mmc:LOAD, cpgc:LOAD; and with unequal protection now:PARTS,"
                    + " ew:PARTS, now-factor:PARTS, ew-factor:PARTS where PARTS are ROWSxCOLUMNS or INNER";

    private static final String FACTOR = "-factor";

    private final BiFunction<Matrix, Matrix, Coding> coding;

    private ProductCode(BiFunction<Matrix, Matrix, Coding> coding) {
        this.coding = coding;
    }

    /**
     * A code for two factors.
     *
     * @param code of all agents
     * @param left what it is applied to
     * @param right likewise
     * @param order of the rows and columns in these; null where it is that of the factors
     */
    record Coding(
            ComputationCode code,
            Matrix left,
            Matrix right,
            @Nullable NormOrder order) {
        /** A product of these factors in the order of rows and columns that the factors had. */
        Matrix restore(Matrix product) {
            return order == null ? product : order.restore(product);
        }

        /** Numbers of a result of an agent. */
        long longest() {
            return (long) code.partition().blockRows(left.rows())
                    * code.partition().blockColumns(right.columns());
        }
    }

    /**
     * What unequal protection is made from.
     *
     * @param levels products in each level of importance; null for three levels in the paper's proportions
     * @param chances with which an agent is given the window of a level; null for the paper's
     * @param seed of windows and coefficients
     */
    @SuppressWarnings("ArrayRecordComponent") // settings, not compared
    record Protection(int @Nullable [] levels, double @Nullable [] chances, long seed) {}

    /**
     * The code of a name for so many workers.
     *
     * @throws IllegalArgumentException with one sentence, if there is none
     */
    static ProductCode of(String text, int workers, Protection protection) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        int[] numbers = colon < 0 ? new int[0] : numbers(text.substring(colon + 1), text);
        if (name.matches("(now|ew)(" + FACTOR + ")?") && (numbers.length == 1 || numbers.length == 2)) {
            return unequal(name, numbers, workers, protection);
        }
        if (protection.levels() != null || protection.chances() != null) {
            throw new IllegalArgumentException(
                    "--levels and --windows are for codes with unequal protection: the code is '" + text + "'");
        }
        ComputationCode code = equal(name, numbers, text, workers);
        return new ProductCode((a, b) -> new Coding(code, a, b, null));
    }

    private static ComputationCode equal(String name, int[] numbers, String text, int workers) {
        int expected =
                switch (name) {
                    case "uncoded" -> 0;
                    case "systematic", "polynomial" -> 2;
                    case "entangled" -> 3;
                    default -> 1;
                };
        if (numbers.length != expected) {
            throw unknown(text);
        }
        return switch (name) {
            case "uncoded" -> UncodedCode.of(Partition.rowsTimesColumns(workers, 1), workers);
            case "repetition" -> repetition(numbers[0], workers);
            case "mds" -> MdsCode.of(numbers[0], workers);
            case "systematic" -> SystematicCode.of(numbers[0], numbers[1], workers);
            case "polynomial" -> PolynomialCode.of(numbers[0], numbers[1], workers);
            case "matdot" -> PolynomialCode.matDot(numbers[0], workers);
            case "entangled" -> PolynomialCode.entangled(numbers[1], numbers[0], numbers[2], workers);
            case "mcc" -> PartialGradientCodes.mcc(workers, numbers[0]);
            case "uc-mmc" -> PartialGradientCodes.uncoded(workers, numbers[0]).code();
            case "cpgc" -> PartialGradientCodes.cpgc(workers, numbers[0]).code();
            default -> throw unknown(text);
        };
    }

    private static ProductCode unequal(String name, int[] parts, int workers, Protection protection) {
        Partition partition = parts.length == 2
                ? Partition.rowsTimesColumns(parts[0], parts[1])
                : Partition.columnsTimesRows(parts[0]);
        Windows.Kind kind = name.startsWith("ew") ? Windows.Kind.EXPANDING : Windows.Kind.NON_OVERLAPPING;
        Windows windows = Windows.usual(kind, Arrays.stream(parts).reduce(1, Math::multiplyExact));
        int[] levels = protection.levels() == null ? windows.sizes() : protection.levels();
        double[] chances = protection.chances() == null ? windows.probabilities() : protection.chances();
        if (levels.length != chances.length) {
            throw new IllegalArgumentException("each level (--levels) must have a probability (--windows): there are "
                    + levels.length + " levels and " + chances.length + " probabilities");
        }
        windows = new Windows(kind, levels, chances);
        // A pairing is of no importance where cross terms are products themselves.
        ProtectionScheme scheme = name.endsWith(FACTOR)
                ? ProtectionScheme.factorCoded(partition, windows, workers, UepCode.Pairing.MATDOT)
                : ProtectionScheme.idealised(partition, windows, workers);
        return new ProductCode((a, b) -> {
            NormOrder order = scheme.order(a, b, true);
            Matrix left = order.left(a);
            Matrix right = order.right(b);
            return new Coding(scheme.code(left, right, protection.seed()), left, right, order);
        });
    }

    /** The code for two factors, which fit together. */
    Coding code(Matrix a, Matrix b) {
        return coding.apply(a, b);
    }

    private static ComputationCode repetition(int copies, int workers) {
        if (copies < 1 || workers % copies != 0) {
            throw new IllegalArgumentException(
                    "the copies of a repetition must divide the " + workers + " workers: they are " + copies);
        }
        return UncodedCode.repeated(Partition.rowsTimesColumns(workers / copies, 1), copies);
    }

    private static int[] numbers(String text, String whole) {
        try {
            return Arrays.stream(text.split("x", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw unknown(whole);
        }
    }

    private static IllegalArgumentException unknown(String text) {
        return new IllegalArgumentException("a code must be one of " + KNOWN + ": it is '" + text + "'");
    }
}
