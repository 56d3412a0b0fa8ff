// SPDX-License-Identifier: Apache-2.0
//
// Starts `falcoc lsp` for YAML files that are Falco rules. Everything else is the server's.
'use strict';

const { window, workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

async function activate() {
  const settings = workspace.getConfiguration('falcoRules');
  const server = { command: settings.get('falcoc'), args: ['lsp'] };
  const documentSelector = [
    { language: 'yaml', pattern: settings.get('files') },
    { language: 'yaml', pattern: '**/*rules*.{yaml,yml}' },
  ];
  client = new LanguageClient('falcoRules', 'Falco rules', server, { documentSelector });
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(`falcoc did not start (${error.message}); the setting falcoRules.falcoc is its path`);
  }
}

function deactivate() {
  return client && client.isRunning() ? client.stop() : undefined;
}

module.exports = { activate, deactivate };
