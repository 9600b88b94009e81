package starling.experiments.assign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;
import starling.models.plan.Bundle;
import starling.models.zoo.ShippedModels;

class LayerScalingTest {
    @TempDir
    private Path folder;

    @Test
    void aPlanningIsThatOfTheCommandLine() throws Exception {
        Path model = Files.write(folder.resolve("dense.onnx"), ShippedModels.read("dense"));
        Path out = folder.resolve("bundle");
        MeasuredPlanning planned = MeasuredPlanning.of(
                folder, List.of(model.toString(), "--workers", "3", "--max-values", "100", "--out", out.toString()));
        var account = Bundle.open(out).plan().account();
        assertEquals(account.values(), planned.values());
        assertEquals(account.keptEdges(), planned.keptEdges());
        assertEquals(account.crossEdges(), planned.crossEdges());
        assertTrue(planned.values() > 0 && planned.values() <= 100, planned.toString());
        assertTrue(planned.keptEdges() < planned.crossEdges(), planned.toString());
        long weights = 4L * (784 * 300 + 300 * 100 + 100 * 10);
        assertTrue(planned.bytes() > weights && planned.bytes() < 2L << 30, planned.toString());
    }

    @Test
    void aFailedPlanningIsNoMeasurement() {
        UnfitException refused = assertThrows(
                UnfitException.class,
                () -> MeasuredPlanning.of(
                        folder,
                        List.of(
                                "none.onnx",
                                "--workers",
                                "3",
                                "--out",
                                folder.resolve("b").toString())));
        assertTrue(String.valueOf(refused.getMessage()).contains("none.onnx"), refused.getMessage());
    }
}
