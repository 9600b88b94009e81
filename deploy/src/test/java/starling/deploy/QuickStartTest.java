package starling.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the quick start says without starting anything. */
class QuickStartTest {
    private static final Reference REFERENCE = new Reference(0.9, 0.95, 0.5, new float[0]);

    @Test
    void whatWasNotMeasuredIsNull() throws JsonProcessingException {
        JsonNode report = new ObjectMapper().readTree("""
                        {"accuracy":null,"latencyMs":null,"valuesPerInference":null,"bytesPerInference":null,"rounds":null,
                         "incomplete":1,"failed":2}""");
        JsonNode result = QuickStart.result(REFERENCE, report, 0.25, 3);
        for (String at : List.of(
                "/accuracy/distributed",
                "/latencyMs/p50",
                "/latencyMs/p95",
                "/valuesPerInference",
                "/bytesPerInference",
                "/rounds")) {
            assertTrue(result.at(at).isNull(), at + " in " + result);
        }
        assertEquals(3, result.get("incomplete").intValue());
        assertEquals(0.95, result.at("/accuracy/original").doubleValue());
    }

    @Test
    void whatWasMeasuredIsToldAsItIs() throws JsonProcessingException {
        JsonNode report = new ObjectMapper()
                .readTree("{\"accuracy\":0.5,\"latencyMs\":{\"p50\":1.5,\"p95\":2.5},\"valuesPerInference\":7.0,"
                        + "\"bytesPerInference\":92.0,\"rounds\":1.0,\"incomplete\":0,\"failed\":0}");
        JsonNode result = QuickStart.result(REFERENCE, report, 0, 3);
        assertEquals(0.5, result.at("/accuracy/distributed").doubleValue());
        assertEquals(2.5, result.at("/latencyMs/p95").doubleValue());
        assertEquals(7, result.get("valuesPerInference").doubleValue());
    }

    @ParameterizedTest
    @CsvSource({
        "--samples,0",
        "--samples,many",
        "--workers,0",
        "--max-values,-1",
        "--objective,beauty",
    })
    void wrongOptionsEndWithTwo(String option, String value) {
        assertEquals(2, QuickStart.run("--home", "nowhere", option, value));
    }
}
