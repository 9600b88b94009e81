/** Writing the parts: each worker's stages, the final model and the modified network whole, as valid ONNX. */
@NullMarked
package starling.repurpose.extract;

import org.jspecify.annotations.NullMarked;
