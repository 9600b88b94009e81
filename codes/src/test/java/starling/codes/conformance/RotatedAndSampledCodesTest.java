package starling.codes.conformance;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.gradient.GradientCode;
import starling.codes.rotated.EdenCode;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.rotated.RotatedStochasticCode;
import starling.codes.sampling.QcsCode;

/** Holds the codes by rotations and sketches to the conformance suite. */
@Timeout(120)
final class RotatedAndSampledCodesTest {

    static Stream<GradientCode> codes() {
        return Stream.of(
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

    @ParameterizedTest(name = "{0}")
    @MethodSource("codes")
    void holdsToTheContract(GradientCode code) {
        assertAll(
                code.name(),
                ConformanceSuite.check(code).stream()
                        .map(finding -> () -> assertTrue(
                                finding.passed(),
                                () -> code.name() + ": " + finding.check() + ": " + finding.detail())));
    }
}
