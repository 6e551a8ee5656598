package org.quirkwatch.model;

import java.util.Arrays;
import java.util.Optional;

/// Where in a block a tap sits. The names are TransformerLens's (before its version 3), all of them
/// of the value that flows on, before any normalisation unless said otherwise.
public enum Site {
    /// The residual stream as it enters the block, width `dModel`.
    RESID_PRE("hook_resid_pre"),
    /// The heads' outputs side by side, as they enter the output projection, width `nHeads *
    /// dHead`.
    ATTN_Z("attn.hook_z"),
    /// What attention adds to the residual stream, width `dModel`.
    ATTN_OUT("hook_attn_out"),
    /// The residual stream between attention and MLP, width `dModel`.
    RESID_MID("hook_resid_mid"),
    /// What enters the MLP, after its normalisation, width `dModel`.
    MLP_IN("hook_mlp_in"),
    /// What the MLP adds to the residual stream, width `dModel`.
    MLP_OUT("hook_mlp_out"),
    /// The residual stream as it leaves the block, width `dModel`.
    RESID_POST("hook_resid_post");

    private final String hookName;

    Site(String hookName) {
        this.hookName = hookName;
    }

    /// The name after `blocks.{i}.`.
    public String hookName() {
        return hookName;
    }

    static Optional<Site> ofHookName(String hookName) {
        return Arrays.stream(values()).filter(site -> site.hookName.equals(hookName)).findFirst();
    }
}
