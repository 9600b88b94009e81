package starling.learning.uplink;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import starling.codes.gradient.GradientCode;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.OneBitDithered;
import starling.codes.quantize.Packing;
import starling.codes.quantize.ScaledSign;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.quantize.TernGrad;
import starling.codes.rotated.EdenCode;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.sampling.QcsCode;
import starling.codes.sparse.RandomK;
import starling.codes.sparse.Share;
import starling.codes.sparse.TopK;
import starling.codes.sparse.UnbiasedSparsification;

/**
 * Gradient codes by name, {@code name[:option=value[,option=value]...]}:
 *
 * <table>
 * <caption>Codes</caption>
 * <tr><th>name</th><th>options and their defaults</th></tr>
 * <tr><td>{@code none}</td><td>float32 as they are</td></tr>
 * <tr><td>{@code default}</td><td>{@code gain=32} against float32: rotation, dither, range coding in the dither's context</td></tr>
 * <tr><td>{@code eden}</td><td>{@code bits=1}</td></tr>
 * <tr><td>{@code qcs}</td><td>{@code gain=30}, {@code block=1024}</td></tr>
 * <tr><td>{@code dithered}</td><td>{@code levels=1}</td></tr>
 * <tr><td>{@code one-bit}</td><td>dithered</td></tr>
 * <tr><td>{@code stochastic}, {@code qsgd}</td><td>{@code levels=1}; in units of the largest number, or of the norm</td></tr>
 * <tr><td>{@code terngrad}</td><td>{@code clip=2.5} standard deviations</td></tr>
 * <tr><td>{@code sign}</td><td>with a scale</td></tr>
 * <tr><td>{@code top-k}, {@code random-k}, {@code sparse}</td><td>{@code share=0.01}</td></tr>
 * </table>
 */
public final class CodeNames {
    /** Stands for the whole model as one vector, where a name of a parameter may stand. */
    public static final String WHOLE = "";

    /** Stands for all parameters without a code of their own. */
    public static final String OTHERS = "*";

    private static final Map<String, Function<Options, GradientCode>> ALL = new TreeMap<>(Map.ofEntries(
            Map.entry("none", options -> new FloatCode()),
            Map.entry(
                    "default", options -> RotatedDitheredCode.ofFewestErrors(Float.SIZE / options.number("gain", 32))),
            Map.entry("eden", options -> new EdenCode(options.whole("bits", 1), EdenCode.Scale.UNBIASED)),
            Map.entry("qcs", options -> QcsCode.ofGain(options.whole("block", 1024), options.number("gain", 30))),
            Map.entry(
                    "dithered", options -> new DitheredQuantizer(options.whole("levels", 1), Packing.DITHER_CONTEXTS)),
            Map.entry("one-bit", options -> new OneBitDithered(Packing.DITHER_CONTEXTS)),
            Map.entry("stochastic", options -> stochastic(StochasticQuantizer.Norm.LARGEST, options)),
            Map.entry("qsgd", options -> stochastic(StochasticQuantizer.Norm.EUCLIDEAN, options)),
            Map.entry("terngrad", options -> new TernGrad(options.number("clip", 2.5), Packing.ADAPTIVE)),
            Map.entry("sign", options -> new ScaledSign()),
            Map.entry("top-k", options -> new TopK(options.share())),
            Map.entry("random-k", options -> new RandomK(options.share(), true)),
            Map.entry("sparse", options -> new UnbiasedSparsification(options.share()))));

    private CodeNames() {}

    private static GradientCode stochastic(StochasticQuantizer.Norm norm, Options options) {
        return new StochasticQuantizer(norm, options.whole("levels", 1), Packing.ADAPTIVE);
    }

    /**
     * The code of a name.
     *
     * @throws IllegalArgumentException when there is no such code or option, or an option breaks its rule
     */
    public static GradientCode parse(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        Function<Options, GradientCode> code = ALL.get(name.toLowerCase(Locale.ROOT));
        if (code == null) {
            throw new IllegalArgumentException(
                    "must be one of the codes " + String.join(", ", ALL.keySet()) + ": '" + name + "'");
        }
        Options options = new Options(name, colon < 0 ? "" : text.substring(colon + 1));
        GradientCode made = code.apply(options);
        options.end();
        return made;
    }

    private static final class Options {
        private final String code;
        private final Map<String, String> given = new LinkedHashMap<>();

        Options(String code, String text) {
            this.code = code;
            for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 1 || given.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
                    throw new IllegalArgumentException(
                            "options of a code have the form name=value, each once: '" + part + "' of " + code);
                }
            }
        }

        double number(String name, double otherwise) {
            String text = given.remove(name);
            try {
                return text == null ? otherwise : Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + name + "' of " + code + " must be a number: " + text, e);
            }
        }

        int whole(String name, int otherwise) {
            double number = number(name, otherwise);
            if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("'" + name + "' of " + code + " must be a whole number: " + number);
            }
            return (int) number;
        }

        Share share() {
            return new Share(number("share", 0.01));
        }

        void end() {
            if (!given.isEmpty()) {
                throw new IllegalArgumentException("the code " + code + " has no option '"
                        + given.keySet().iterator().next() + "'");
            }
        }
    }
}
