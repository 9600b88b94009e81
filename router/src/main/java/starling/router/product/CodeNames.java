package starling.router.product;

import java.util.Arrays;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.partial.PartialGradientCodes;
import starling.codes.threshold.MdsCode;
import starling.codes.threshold.PolynomialCode;
import starling.codes.threshold.SystematicCode;
import starling.codes.threshold.UncodedCode;

/** Codes as they are named on a command line. */
final class CodeNames {
    /** What can be named. */
    static final String KNOWN =
            "uncoded, repetition:COPIES, mds:K, systematic:ROWSxCOLUMNS, polynomial:ROWSxCOLUMNS, matdot:INNER,"
                    + " entangled:ROWSxINNERxCOLUMNS, mcc:LOAD, uc-mmc:LOAD, cpgc:LOAD";

    private CodeNames() {}

    /**
     * The code of a name for so many workers.
     *
     * @throws IllegalArgumentException with one sentence, if there is none
     */
    static ComputationCode of(String text, int workers) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        int[] numbers = colon < 0 ? new int[0] : numbers(text.substring(colon + 1), text);
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
