package starling.codes.conformance;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.gradient.BlockedCode;
import starling.codes.gradient.Columns;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.GradientEncoder;
import starling.codes.gradient.ScaledColumns;
import starling.codes.gradient.ScaledSideColumns;
import starling.codes.gradient.SideInformationCode;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.HalfDitheredQuantizer;
import starling.codes.quantize.LloydMaxQuantizer;
import starling.codes.quantize.NestedPair;
import starling.codes.quantize.NestedQuantizer;
import starling.codes.quantize.OneBitColumns;
import starling.codes.quantize.OneBitDithered;
import starling.codes.quantize.Packing;
import starling.codes.quantize.ScaledSign;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.quantize.StochasticQuantizer.Norm;
import starling.codes.quantize.TernGrad;
import starling.codes.rotated.EdenCode;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.rotated.RotatedStochasticCode;
import starling.codes.sampling.QcsCode;
import starling.codes.sparse.RandomK;
import starling.codes.sparse.RandomPart;
import starling.codes.sparse.Share;
import starling.codes.sparse.TopK;
import starling.codes.sparse.UnbiasedSparsification;

/** Holds every code of the library to the conformance suite; a new code is one more line here. */
@Timeout(120)
final class EveryCodeTest {

    private record Side(SideInformationCode code, double closeness) {
        @Override
        public String toString() {
            return code.name();
        }
    }

    static Stream<GradientCode> codes() {
        return Stream.of(
                new DitheredQuantizer(1, Packing.FIXED),
                new DitheredQuantizer(3, Packing.DITHER_CONTEXTS),
                new DitheredQuantizer(2, Packing.ADAPTIVE),
                new DitheredQuantizer(10, Packing.COUNTED),
                new DitheredQuantizer(4, Packing.ELIAS),
                new HalfDitheredQuantizer(1, 1, Packing.FIXED),
                new HalfDitheredQuantizer(3, 2, Packing.ADAPTIVE),
                new HalfDitheredQuantizer(2, 3, Packing.COUNTED),
                new OneBitDithered(Packing.FIXED),
                new OneBitDithered(Packing.DITHER_CONTEXTS),
                new StochasticQuantizer(Norm.LARGEST, 3, Packing.FIXED),
                new StochasticQuantizer(Norm.LARGEST, 3, Packing.ADAPTIVE),
                new StochasticQuantizer(Norm.EUCLIDEAN, 4, Packing.ELIAS),
                new TernGrad(Double.POSITIVE_INFINITY, Packing.FIXED),
                new TernGrad(2.5, Packing.ADAPTIVE),
                new OneBitColumns(10, Packing.FIXED),
                new OneBitColumns(300, Packing.ADAPTIVE),
                new OneBitColumns(new Columns(1, 7), Packing.FIXED),
                new ScaledColumns(new Columns(3, 5), new DitheredQuantizer(3, Packing.FIXED)),
                new ScaledColumns(new Columns(3, 5), new DitheredQuantizer(3, Packing.DITHER_CONTEXTS)),
                new ScaledColumns(new Columns(1, 7), new StochasticQuantizer(Norm.LARGEST, 3, Packing.ADAPTIVE)),
                new ScaledColumns(Columns.inSequence(10), new HalfDitheredQuantizer(2, 3, Packing.COUNTED)),
                new ScaledSign(),
                LloydMaxQuantizer.fitted(5, Packing.ADAPTIVE),
                LloydMaxQuantizer.normal(4, Packing.FIXED),
                LloydMaxQuantizer.normal(16, Packing.COUNTED),
                new TopK(new Share(0.1)),
                new RandomK(new Share(0.25), true),
                new RandomK(new Share(0.25), false),
                new UnbiasedSparsification(new Share(0.2)),
                new RandomPart(new Share(0.2), new DitheredQuantizer(2, Packing.FIXED)),
                RotatedDitheredCode.ofFewestErrors(0.1),
                new BlockedCode(new DitheredQuantizer(1, Packing.ADAPTIVE), 16),
                RotatedDitheredCode.ofBits(0.5),
                RotatedDitheredCode.ofBits(1),
                RotatedDitheredCode.ofStep(1),
                RotatedDitheredCode.ofBits(6),
                new EdenCode(1, EdenCode.Scale.UNBIASED),
                new EdenCode(4, EdenCode.Scale.UNBIASED),
                new EdenCode(2, EdenCode.Scale.LEAST_ERROR),
                new RotatedStochasticCode(1),
                new RotatedStochasticCode(4),
                new QcsCode(64, 64, 1, QcsCode.Reconstruction.UNBIASED),
                new QcsCode(96, 96, 0.5, QcsCode.Reconstruction.UNBIASED),
                new QcsCode(64, 24, 1.5, QcsCode.Reconstruction.UNBIASED),
                new QcsCode(12, 1, 1, QcsCode.Reconstruction.UNBIASED),
                new QcsCode(64, 24, 1.5, QcsCode.Reconstruction.LEAST_ERROR));
    }

    static Stream<Side> sideCodes() {
        return Stream.of(
                new Side(new NestedQuantizer(new NestedPair(1.0 / 3, 3, 1), Packing.FIXED), 0.33),
                new Side(new NestedQuantizer(new NestedPair(0.25, 4, 1), Packing.DITHER_CONTEXTS), 0.37),
                new Side(new NestedQuantizer(new NestedPair(0.2, 5, 0.9), Packing.ADAPTIVE), 0.4),
                new Side(
                        new ScaledSideColumns(
                                new Columns(3, 5), new NestedQuantizer(new NestedPair(1.0 / 3, 3, 1), Packing.FIXED)),
                        0.05));
    }

    @ParameterizedTest
    @MethodSource("codes")
    void codeConforms(GradientCode code) {
        assertPassed(ConformanceSuite.check(code));
    }

    @ParameterizedTest
    @MethodSource("sideCodes")
    void sideInformationCodeConforms(Side side) {
        assertPassed(ConformanceSuite.check(side.code, side.closeness));
    }

    /** A message that was once sent must be readable for ever: each code's fingerprint stands in a file. */
    @Test
    void bytesAreThoseOfTheFile() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (GradientEncoder code : all()) {
            lines.append(String.format("%08x %s%n", ConformanceSuite.fingerprint(code), code.name()));
        }
        try (InputStream file = Objects.requireNonNull(getClass().getResourceAsStream("fingerprints.txt"))) {
            assertEquals(
                    new String(file.readAllBytes(), StandardCharsets.UTF_8).strip(),
                    lines.toString().strip());
        }
    }

    @Test
    void namesAreUnique() {
        Set<String> names = new HashSet<>();
        for (GradientEncoder code : all()) {
            assertTrue(names.add(code.name()), code.name());
        }
    }

    private static List<GradientEncoder> all() {
        return Stream.<GradientEncoder>concat(codes(), sideCodes().map(Side::code))
                .toList();
    }

    private static void assertPassed(List<Finding> findings) {
        assertAll(findings.stream()
                .map(finding -> () -> assertTrue(finding.passed(), finding.check() + ": " + finding.detail())));
    }
}
