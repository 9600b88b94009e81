package starling.repurpose.evaluate;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import starling.models.UnfitException;
import starling.models.plan.Bundle;
import starling.models.plan.LocalFleet;
import starling.models.plan.Plan;
import starling.models.run.Network;

/**
 * A bundle's check: every file has its hash, and the workers' sub-models together compute what {@code reference.onnx} does.
 *
 * @param files files compared with their hash
 * @param samples random inputs run
 * @param maxRelDiff largest max|a-b| / max(1, max|y|) between fleet and reference
 */
public record Verification(int files, int samples, double maxRelDiff) {
    /** Outputs are equal up to this. */
    public static final double TOLERANCE = 1e-5;

    private static final int SAMPLES = 16;

    /**
     * Checks a bundle.
     *
     * @throws UnfitException when a file is missing or changed, or the outputs differ
     */
    public static Verification of(Bundle bundle, long seed) {
        Plan plan = bundle.plan();
        plan.files().keySet().forEach(bundle::read);
        int elements = plan.inputElements();
        float[] samples = new float[SAMPLES * elements];
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        for (int i = 0; i < samples.length; i++) {
            samples[i] = random.nextFloat();
        }
        double worst = 0;
        try (LocalFleet fleet = new LocalFleet(bundle, 1);
                Network reference = reference(bundle)) {
            Map<String, float[]> expected = reference.run(samples, SAMPLES);
            Map<String, float[]> actual = fleet.run(samples, SAMPLES);
            for (Plan.Output output : plan.outputs()) {
                float[] a = expected.get(output.name());
                float[] b = actual.get(output.name());
                if (a == null || b == null || a.length != b.length) {
                    throw new UnfitException("reference.onnx and the sub-models must make the same numbers of '"
                            + output.name() + "': of " + SAMPLES + " samples they make " + (a == null ? 0 : a.length)
                            + " and " + (b == null ? 0 : b.length));
                }
                worst = Math.max(worst, relativeDifference(a, b));
            }
        }
        if (!(worst <= TOLERANCE)) {
            throw new UnfitException("the sub-models must compute what reference.onnx does to " + TOLERANCE
                    + ": they differ by " + worst);
        }
        return new Verification(plan.files().size() + 1, SAMPLES, worst);
    }

    private static Network reference(Bundle bundle) {
        try {
            return new Network(Bundle.REFERENCE, ModelProto.parseFrom(bundle.read(Bundle.REFERENCE)), 1);
        } catch (InvalidProtocolBufferException e) {
            throw new UnfitException("'" + Bundle.REFERENCE + "' is not an ONNX file: " + e.getMessage(), e);
        }
    }

    /** max|a-b| / max(1, max|a|). */
    public static double relativeDifference(float[] a, float[] b) {
        double scale = 1;
        double difference = 0;
        for (int i = 0; i < a.length; i++) {
            scale = Math.max(scale, Math.abs(a[i]));
            double d = Math.abs((double) a[i] - b[i]);
            difference = d > difference || Double.isNaN(d) ? d : difference;
        }
        return difference / scale;
    }
}
