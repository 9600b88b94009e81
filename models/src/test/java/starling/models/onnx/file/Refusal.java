package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.function.Executable;
import starling.models.UnfitException;

/** One way to spoil a model, and the sentence that must come of it: when parsing, and when saving. */
record Refusal(String sentence, Consumer<ModelProto.Builder> fault) {
    static Refusal of(String sentence, Consumer<ModelProto.Builder> fault) {
        return new Refusal(sentence, fault);
    }

    void check(Path folder) {
        ModelProto.Builder model = SmallModels.dense();
        fault.accept(model);
        ModelProto spoiled = model.build();
        ByteString bytes = spoiled.toByteString();
        says(sentence, () -> OnnxFile.parse(bytes.toByteArray(), LoadLimits.defaults()));
        Path file = folder.resolve("spoiled.onnx");
        says("spoiled.onnx: " + sentence, () -> OnnxFile.save(spoiled, file));
        assertFalse(Files.exists(file), "nothing is written");
    }

    static void says(String sentence, Executable action) {
        UnfitException refused = assertThrows(UnfitException.class, action, sentence);
        assertEquals(sentence, refused.getMessage());
    }

    @Override
    public String toString() {
        return sentence;
    }
}
