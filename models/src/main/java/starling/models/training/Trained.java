package starling.models.training;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;

/**
 * What a run ended with.
 *
 * @param model the model with the learned numbers
 * @param epochs what each epoch gave, those before a resume too
 * @param best number of the epoch whose parameters the model has, from 1
 */
public record Trained(ModelProto model, List<Epoch> epochs, int best) {}
