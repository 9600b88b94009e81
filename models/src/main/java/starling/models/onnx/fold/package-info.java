/**
 * What is known before a model runs is computed here once: constants, batch normalisation after a convolution, a bias after
 * a matrix product. ONNX Runtime does it; this room hands it the model and takes back only what is still plain ONNX.
 */
@NullMarked
package starling.models.onnx.fold;

import org.jspecify.annotations.NullMarked;
