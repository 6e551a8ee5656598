/// A Hugging Face model directory: configuration, mapped safetensors, tokenizer, LoRA adapters.
@ApplicationModule(allowedDependencies = {"torch", "problem"})
@NullMarked
package org.quirkwatch.checkpoint;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
